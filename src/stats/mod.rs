//! How sure we are: intervals, tests, multiplicity, power, on plain numbers.
//!
//! Nothing here knows what is being compared. Every function is total: what
//! has no answer is `None`, and nothing returns NaN.

mod association;
mod auc;
mod counter;
mod distribution;
mod hypothesis;
mod level;
mod mean;
mod mover;
mod multiplicity;
mod power;
mod proportion;
mod strata;

pub use association::{cramers_v, cramers_v_corrected};
pub use auc::{AreaMethod, Auc, ScoreBin, auc, auc_interval};
pub use counter::{Counter, hash64};
pub use distribution::{normal_cdf, normal_quantile, two_sided_p};
pub use hypothesis::{ChiSquare, ZTest, chi_square, fisher_two_sided, min_expected, pooled_z};
pub use level::{Estimate, Interval, Level};
pub use mean::{CorrelationRatio, Moments, WelchTest, correlation_ratio, t_interval, welch, welch_interval};
pub use mover::{mover_difference, mover_mean, mover_ratio};
pub use multiplicity::{benjamini_hochberg, holm};
pub use power::{Detectable, detectable};
pub use proportion::{Proportion, miettinen_nurminen_ratio, newcombe, odds_ratio, odds_ratio_interval, wilson};
pub use strata::{MantelHaenszel, StratumTable, mantel_haenszel};
