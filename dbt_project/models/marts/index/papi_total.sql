{{ main_index_at('total') }}
