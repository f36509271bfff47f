with source as (
    select * from {{ source('landing', 'release') }}
)

select
    release_id,
    index_id,
    year,
    revision,
    method,
    published_on,
    published_on is not null as is_published_day_known,
    known_from,
    received_on,
    provinces_as_of,
    covers_all,
    replaces_year,
    withdraws,
    publisher,
    source,
    note,
    source_folder,
    sha256
from source
