-- The provinces of 2025 in years in which their members were measured: the mean of the members, by population where
-- every member's is known, else equally. A score is a mean over respondents, so the mean of scores is the merged score;
-- of an index that is carried as stated nobody knows that, and it has none.
with methods as (
    select * from {{ ref('dim_method') }}
    where aggregation = 'sum_of_parts'
),

scores as (
    select score_current.*
    from {{ ref('int_score_current') }} as score_current
    inner join methods
        on
            score_current.index_id = methods.index_id
            and score_current.method = methods.method
    where score_current.is_field
),

releases as (
    select * from {{ ref('dim_release') }}
),

provinces as (
    select * from {{ ref('dim_province') }}
    where successor_key is not null
),

populations as (
    select * from {{ ref('province_population') }}
),

successions as (
    select
        provinces.province_key,
        provinces.valid_to,
        provinces.successor_key,
        cast(populations.population as decimal(15, 0)) as population,
        count(*) over (partition by provinces.successor_key) as n_members,
        count(populations.population) over (partition by provinces.successor_key) as n_populations
    from provinces
    left join populations
        on
            provinces.province_key = populations.province_key
            and provinces.valid_from <= populations.population_on
            and provinces.valid_to >= populations.population_on
),

members as (
    select
        scores.index_id,
        scores.year,
        scores.indicator_key,
        scores.level,
        scores.parent_key,
        scores.code,
        scores.method,
        successions.successor_key,
        scores.province_key,
        scores.score,
        scores.obs_status,
        successions.n_members,
        case when successions.n_populations = successions.n_members then 'population' else 'equal_assumed' end
            as weight_basis,
        case when successions.n_populations = successions.n_members then successions.population else 1 end as weight
    from scores
    inner join releases on scores.release_id = releases.release_id
    inner join successions
        on
            scores.province_key = successions.province_key
            and releases.provinces_as_of <= successions.valid_to
),

synthetic as (
    select
        index_id,
        year,
        successor_key as province_key,
        indicator_key,
        min(code) as code,
        level,
        parent_key,
        method,
        case
            when count(score) = min(n_members)
                then cast(sum(score * weight) / sum(weight) as decimal(15, 9))
        end as score,
        case
            when min(obs_status) = 'M' then 'M'
            when count(case when obs_status = 'L' then 1 end) > 0 then 'L'
            when count(score) = min(n_members) then 'E'
            else 'Q'
        end as obs_status,
        case when min(n_members) = 1 then 'unchanged' else 'weighted_mean' end as derivation,
        weight_basis,
        min(n_members) as n_members,
        count(score) as n_published_members,
        string_agg(province_key, ', ' order by province_key) as members,
        string_agg(case when score is null then province_key end, ', ' order by province_key) as unpublished_members
    from members
    group by index_id, year, successor_key, indicator_key, level, parent_key, method, weight_basis
)

select * from synthetic
union all
-- From 2025 on the provinces are measured themselves.
select
    scores.index_id,
    scores.year,
    scores.province_key,
    scores.indicator_key,
    scores.code,
    scores.level,
    scores.parent_key,
    scores.method,
    scores.score,
    scores.obs_status,
    'measured' as derivation,
    null as weight_basis,
    1 as n_members,
    case when scores.score is null then 0 else 1 end as n_published_members,
    scores.province_key as members,
    case when scores.score is null then scores.province_key end as unpublished_members
from scores
inner join releases on scores.release_id = releases.release_id
inner join {{ ref('dim_province') }} as provinces
    on
        scores.province_key = provinces.province_key
        and provinces.successor_key is null
        and releases.provinces_as_of >= provinces.valid_from
        and (provinces.valid_to is null or releases.provinces_as_of <= provinces.valid_to)
