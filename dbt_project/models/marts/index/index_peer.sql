-- Whom to compare a province with: the nearest by their profile of what stands below the total, its region, its group.
with scores as (
    select * from {{ ref('index_score') }}
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
        scores.province_name_vi,
        scores.region_code,
        scores.region_name_vi
    from scores
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
        index_id,
        year,
        province_key,
        indicator_key,
        cast(scores.score as double precision) / spread.standard_deviation as standing
    from scores
    inner join totals using (index_id, year, province_key)
    inner join spread using (index_id, year, indicator_key)
    where scores.parent_key = 'total' and totals.score is not null and spread.standard_deviation > 0
),

distances as (
    select
        index_id,
        year,
        one.province_key,
        other.province_key as peer_key,
        sqrt(avg((one.standing - other.standing) * (one.standing - other.standing))) as distance
    from profiles as one
    inner join profiles as other using (index_id, year, indicator_key)
    where one.province_key <> other.province_key
    group by index_id, year, one.province_key, other.province_key
),

paired as (
    select
        index_id,
        year,
        one.province_key,
        other.province_key as peer_key,
        one.score,
        one.rank,
        other.score as peer_score,
        other.rank as peer_rank,
        coalesce(one.n_ranked, other.n_ranked) as n_ranked,
        one.province_name_vi,
        other.province_name_vi as peer_name_vi,
        one.region_code,
        one.region_name_vi,
        one.group_published,
        one.group_computed,
        one.region_code = other.region_code as is_of_region,
        one.group_computed = other.group_computed as is_of_group
    from totals as one
    inner join totals as other using (index_id, year)
    where one.province_key <> other.province_key
),

placed as (
    select
        *,
        row_number() over (
            partition by index_id, year, province_key
            order by distance nulls last, peer_key
        ) as place
    from paired
    left join distances using (index_id, year, province_key, peer_key)
),

sets as (
    select
        *,
        'nearest' as peer_set
    from placed
    where distance is not null and place <= {{ var('nearest_provinces') }}
    union all
    select
        *,
        'region' as peer_set
    from placed
    where is_of_region
    union all
    select
        *,
        'group' as peer_set
    from placed
    where is_of_group
)

select
    index_id,
    year,
    province_key,
    province_name_vi,
    region_code,
    region_name_vi,
    peer_set,
    peer_key,
    peer_name_vi,
    cast(distance as decimal(15, 9)) as distance,
    score,
    rank,
    peer_score,
    peer_rank,
    n_ranked,
    cast(score - peer_score as decimal(15, 9)) as score_ahead,
    group_published,
    group_computed,
    group_published = group_computed as is_group_as_published
from sets
