with releases as (
    select * from {{ ref('stg_landing__release') }}
),

followed as (
    select
        *,
        lead(known_from) over (
            partition by index_id, year
            order by revision
        ) as known_to
    from releases
)

select
    release_id,
    index_id,
    year,
    revision,
    method,
    published_on,
    is_published_day_known,
    known_from,
    known_to,
    known_to is null as is_current,
    received_on,
    provinces_as_of,
    publisher,
    source,
    source_folder,
    sha256
from followed
