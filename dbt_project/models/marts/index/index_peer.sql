-- Whom to compare a province with: the nearest by their profile of what stands below the total, its region, its group.
with scores as (
    select * from {{ ref('index_score') }}
),

releases as (
    select * from {{ ref('dim_release') }}
),

provinces as (
    select * from {{ ref('dim_province') }}
),

totals as (
    select
        scores.index_id,
        scores.year,
        scores.province_key,
        scores.score,
        scores.rank,
        scores.n_ranked,
        scores.group_published,
        scores.group_computed,
        provinces.region_code
    from scores
    inner join releases on scores.release_id = releases.release_id
    inner join provinces
        on
            scores.province_key = provinces.province_key
            and releases.provinces_as_of >= provinces.valid_from
            and (provinces.valid_to is null or releases.provinces_as_of <= provinces.valid_to)
    where scores.level = 'total'
),

spread as (
    select
        index_id,
        year,
        indicator_key,
        stddev_samp(cast(score as double precision)) as standard_deviation
    from scores
    where parent_key = 'total' and score is not null
    group by index_id, year, indicator_key
),

profiles as (
    select
        scores.index_id,
        scores.year,
        scores.province_key,
        scores.indicator_key,
        cast(scores.score as double precision) / spread.standard_deviation as standing
    from scores
    inner join totals
        on
            scores.index_id = totals.index_id
            and scores.year = totals.year
            and scores.province_key = totals.province_key
    inner join spread
        on
            scores.index_id = spread.index_id
            and scores.year = spread.year
            and scores.indicator_key = spread.indicator_key
    where scores.parent_key = 'total' and totals.score is not null and spread.standard_deviation > 0
),

distances as (
    select
        one.index_id,
        one.year,
        one.province_key,
        other.province_key as peer_key,
        sqrt(avg((one.standing - other.standing) * (one.standing - other.standing))) as distance
    from profiles as one
    inner join profiles as other
        on
            one.index_id = other.index_id
            and one.year = other.year
            and one.indicator_key = other.indicator_key
            and one.province_key <> other.province_key
    group by one.index_id, one.year, one.province_key, other.province_key
),

near as (
    select
        index_id,
        year,
        province_key,
        peer_key,
        distance,
        row_number() over (partition by index_id, year, province_key order by distance, peer_key) as place
    from distances
),

sets as (
    select
        index_id,
        year,
        province_key,
        'nearest' as peer_set,
        peer_key
    from near
    where place <= {{ var('nearest_provinces') }}
    union all
    select
        one.index_id,
        one.year,
        one.province_key,
        'region' as peer_set,
        other.province_key as peer_key
    from totals as one
    inner join totals as other
        on
            one.index_id = other.index_id
            and one.year = other.year
            and one.region_code = other.region_code
            and one.province_key <> other.province_key
    union all
    select
        one.index_id,
        one.year,
        one.province_key,
        'group' as peer_set,
        other.province_key as peer_key
    from totals as one
    inner join totals as other
        on
            one.index_id = other.index_id
            and one.year = other.year
            and one.group_computed = other.group_computed
            and one.province_key <> other.province_key
)

select
    sets.index_id,
    sets.year,
    sets.province_key,
    sets.peer_set,
    sets.peer_key,
    cast(near.distance as decimal(15, 9)) as distance,
    one.score,
    one.rank,
    peer.score as peer_score,
    peer.rank as peer_rank,
    one.n_ranked,
    cast(one.score - peer.score as decimal(15, 9)) as score_ahead,
    one.group_published,
    one.group_computed,
    one.group_published = one.group_computed as group_agrees
from sets
inner join totals as one
    on
        sets.index_id = one.index_id
        and sets.year = one.year
        and sets.province_key = one.province_key
inner join totals as peer
    on
        sets.index_id = peer.index_id
        and sets.year = peer.year
        and sets.peer_key = peer.province_key
left join near
    on
        sets.index_id = near.index_id
        and sets.year = near.year
        and sets.province_key = near.province_key
        and sets.peer_key = near.peer_key
