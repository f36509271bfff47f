with releases as (
    select * from {{ ref('stg_landing__release') }}
),

followed as (
    select
        *,
        lead(known_from) over (partition by index_id, year order by revision) as known_to
    from releases
)

select
    followed.release_id,
    followed.index_id,
    followed.year,
    followed.revision,
    followed.method,
    followed.published_on,
    followed.is_published_day_known,
    followed.known_from,
    followed.known_to,
    followed.known_to is null as is_current,
    followed.received_on,
    followed.provinces_as_of,
    followed.covers_all as has_all_provinces,
    followed.replaces_year as is_replacing_year,
    followed.withdraws,
    withdrawal.release_id as withdrawn_by,
    followed.publisher,
    followed.source,
    followed.note,
    followed.source_folder,
    followed.sha256
from followed
left join releases as withdrawal on followed.release_id = withdrawal.withdraws
