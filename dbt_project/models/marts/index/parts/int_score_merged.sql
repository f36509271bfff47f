-- The provinces of 2025 in years in which their members were measured: the mean of the members, by population where
-- every member's is known, else equally. A score is a mean over respondents, so the mean of scores is the merged score;
-- of an index that is carried as stated nobody knows that, and it has none.
with scores as (
    select
        current_score.*,
        provinces.successor_key
    from {{ ref('int_score_current') }} as current_score
    inner join {{ ref('int_province_by_release') }} as provinces using (release_id, province_key)
    inner join {{ ref('dim_method') }} as methods using (index_id, method)
    where current_score.is_field and methods.aggregation = 'sum_of_parts'
),

successions as (
    select
        provinces.province_key,
        provinces.successor_key,
        cast(populations.population as decimal(15, 0)) as population,
        count(*) over (partition by provinces.successor_key) as n_members,
        count(populations.population) over (partition by provinces.successor_key) as n_populations
    from {{ ref('dim_province_period') }} as provinces
    left join {{ ref('province_population') }} as populations
        on
            provinces.province_key = populations.province_key
            and provinces.valid_from <= populations.population_on
            and provinces.valid_to >= populations.population_on
    where provinces.successor_key is not null
),

members as (
    select
        scores.*,
        successions.n_members,
        case when successions.n_populations = successions.n_members then 'population' else 'equal_assumed' end
            as weight_basis,
        case when successions.n_populations = successions.n_members then successions.population else 1 end as weight
    from scores
    inner join successions using (province_key, successor_key)
)

select
    index_id,
    year,
    successor_key as province_key,
    indicator_key,
    min(code) as code,
    level,
    parent_key,
    case
        when count(score) = min(n_members)
            then cast(sum(score * weight) / sum(weight) as decimal(15, 9))
    end as score,
    case
        when min(obs_status) = 'M' then 'M'
        when count(*) filter (where obs_status = 'L') > 0 then 'L'
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
group by index_id, year, successor_key, indicator_key, level, parent_key, weight_basis
union all
-- From 2025 on the provinces are measured themselves.
select
    index_id,
    year,
    province_key,
    indicator_key,
    code,
    level,
    parent_key,
    score,
    obs_status,
    'measured' as derivation,
    null as weight_basis,
    1 as n_members,
    case when score is null then 0 else 1 end as n_published_members,
    province_key as members,
    case when score is null then province_key end as unpublished_members
from scores
where successor_key is null
