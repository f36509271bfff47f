{{ main_index_at(
    'sub_dimension', named_by=['indicator_key', 'code', 'parent_key', 'indicator_name_vi', 'indicator_name_en']
) }}
