{{ main_index_at('dimension', named_by=['indicator_key', 'code', 'indicator_name_vi', 'indicator_name_en']) }}
