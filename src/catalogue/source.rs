//! Where definitions come from.

/// A paper, book or regulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Authors and year, as cited in text.
    pub short: &'static str,
    /// The full reference.
    pub full: &'static str,
}

const fn source(short: &'static str, full: &'static str) -> Source {
    Source { short, full }
}

/// Four-fifths rule.
pub const UGESP: Source =
    source("UGESP 1978", "Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4(D), 1978");
/// Equality of opportunity.
pub const HARDT_2016: Source = source(
    "Hardt, Price & Srebro 2016",
    "Hardt M., Price E., Srebro N.: Equality of Opportunity in Supervised Learning. NeurIPS 2016",
);
/// Error rates and predictive values under different prevalence.
pub const CHOULDECHOVA_2017: Source =
    source("Chouldechova 2017", "Chouldechova A.: Fair Prediction with Disparate Impact. Big Data 5(2), 2017");
/// Kinds of accuracy, treatment equality.
pub const BERK_2018: Source = source(
    "Berk et al. 2018",
    "Berk R., Heidari H., Jabbari S., Kearns M., Roth A.: Fairness in Criminal Justice Risk Assessments. Sociological Methods & Research 50(1), 2018",
);
/// Statistical parity.
pub const DWORK_2012: Source = source(
    "Dwork et al. 2012",
    "Dwork C., Hardt M., Pitassi T., Reingold O., Zemel R.: Fairness through Awareness. ITCS 2012",
);
/// Disparate impact as a ratio.
pub const FELDMAN_2015: Source = source(
    "Feldman et al. 2015",
    "Feldman M., Friedler S., Moeller J., Scheidegger C., Venkatasubramanian S.: Certifying and Removing Disparate Impact. KDD 2015",
);
/// Conditional parity.
pub const CORBETT_DAVIES_2017: Source = source(
    "Corbett-Davies et al. 2017",
    "Corbett-Davies S., Pierson E., Feller A., Goel S., Huq A.: Algorithmic Decision Making and the Cost of Fairness. KDD 2017",
);
/// Average odds, as named there.
pub const BELLAMY_2018: Source = source(
    "Bellamy et al. 2018",
    "Bellamy R. et al.: AI Fairness 360: An Extensible Toolkit. IBM Journal of Research and Development 63(4/5), 2019",
);
/// Area under the ROC curve.
pub const HANLEY_1982: Source = source(
    "Hanley & McNeil 1982",
    "Hanley J., McNeil B.: The Meaning and Use of the Area under a ROC Curve. Radiology 143, 1982",
);
/// Squared error of a probability.
pub const BRIER_1950: Source = source(
    "Brier 1950",
    "Brier G.: Verification of Forecasts Expressed in Terms of Probability. Monthly Weather Review 78(1), 1950",
);
/// Expected calibration error.
pub const NAEINI_2015: Source = source(
    "Naeini, Cooper & Hauskrecht 2015",
    "Naeini M., Cooper G., Hauskrecht M.: Obtaining Well Calibrated Probabilities Using Bayesian Binning. AAAI 2015",
);
/// F measure.
pub const RIJSBERGEN_1979: Source =
    source("van Rijsbergen 1979", "van Rijsbergen C. J.: Information Retrieval, 2nd edition. Butterworths, 1979");
/// Correlation of label and decision.
pub const MATTHEWS_1975: Source = source(
    "Matthews 1975",
    "Matthews B.: Comparison of the predicted and observed secondary structure of T4 phage lysozyme. BBA Protein Structure 405, 1975",
);
/// Accuracy over both classes.
pub const BRODERSEN_2010: Source = source(
    "Brodersen et al. 2010",
    "Brodersen K., Ong C., Stephan K., Buhmann J.: The Balanced Accuracy and Its Posterior Distribution. ICPR 2010",
);
/// Mean prediction against mean outcome, by group.
pub const KLEINBERG_2017: Source = source(
    "Kleinberg, Mullainathan & Raghavan 2017",
    "Kleinberg J., Mullainathan S., Raghavan M.: Inherent Trade-Offs in the Fair Determination of Risk Scores. ITCS 2017",
);
/// Pooling over strata.
pub const MANTEL_HAENSZEL_1959: Source = source(
    "Mantel & Haenszel 1959",
    "Mantel N., Haenszel W.: Statistical Aspects of the Analysis of Data from Retrospective Studies of Disease. JNCI 22(4), 1959",
);
/// Areas under the curve between a group and the rest.
pub const BORKAN_2019: Source = source(
    "Borkan et al. 2019",
    "Borkan D., Dixon L., Sorensen J., Thain N., Vasserman L.: Nuanced Metrics for Measuring Unintended Bias with Real Data for Text Classification. WWW 2019 Companion",
);
/// Distance of two distributions.
pub const SMIRNOV_1948: Source = source(
    "Smirnov 1948",
    "Smirnov N.: Table for Estimating the Goodness of Fit of Empirical Distributions. Annals of Mathematical Statistics 19(2), 1948",
);
/// Parts of the Brier score.
pub const MURPHY_1973: Source = source(
    "Murphy 1973",
    "Murphy A.: A New Vector Partition of the Probability Score. Journal of Applied Meteorology 12(4), 1973; with bins: Stephenson, Coelho & Jolliffe, Weather and Forecasting 23(4), 2008",
);
/// Logarithmic score.
pub const GOOD_1952: Source =
    source("Good 1952", "Good I. J.: Rational Decisions. Journal of the Royal Statistical Society B 14(1), 1952");
/// Calibration error in bins of equal mass.
pub const NGUYEN_2015: Source = source(
    "Nguyen & O’Connor 2015",
    "Nguyen K., O’Connor B.: Posterior Calibration and Exploratory Analysis for Natural Language Processing Models. EMNLP 2015",
);
/// Observed over expected.
pub const STEYERBERG_2010: Source = source(
    "Steyerberg et al. 2010",
    "Steyerberg E. et al.: Assessing the Performance of Prediction Models. Epidemiology 21(1), 2010",
);
/// Measures before and after training.
pub const HARDT_2021: Source = source(
    "Hardt et al. 2021",
    "Hardt M. et al.: Amazon SageMaker Clarify: Machine Learning Bias Detection and Explainability in the Cloud. KDD 2021",
);
/// Representation.
pub const SHAHBAZI_2023: Source = source(
    "Shahbazi et al. 2023",
    "Shahbazi N., Lin Y., Asudeh A., Jagadish H. V.: Representation Bias in Data. ACM Computing Surveys 55(13s), 2023",
);
/// Missing data.
pub const RUBIN_1976: Source = source("Rubin 1976", "Rubin D.: Inference and Missing Data. Biometrika 63(3), 1976");
/// Demographic disparity.
pub const WACHTER_2021: Source = source(
    "Wachter, Mittelstadt & Russell 2021",
    "Wachter S., Mittelstadt B., Russell C.: Why Fairness Cannot Be Automated. Computer Law & Security Review 41, 2021",
);
/// Inequality of benefits.
pub const SPEICHER_2018: Source = source(
    "Speicher et al. 2018",
    "Speicher T. et al.: A Unified Approach to Quantifying Algorithmic Unfairness. KDD 2018",
);
/// Mean difference.
pub const GINI_1912: Source = source("Gini 1912", "Gini C.: Variabilità e mutabilità. Bologna, 1912");
/// Inequality by what could be given up.
pub const ATKINSON_1970: Source =
    source("Atkinson 1970", "Atkinson A.: On the Measurement of Inequality. Journal of Economic Theory 2(3), 1970");
/// Fairness of predicted numbers.
pub const AGARWAL_2019: Source = source(
    "Agarwal, Dudík & Wu 2019",
    "Agarwal A., Dudík M., Wu Z.: Fair Regression: Quantitative Definitions and Reduction-Based Algorithms. ICML 2019",
);
/// Determination.
pub const WRIGHT_1921: Source =
    source("Wright 1921", "Wright S.: Correlation and Causation. Journal of Agricultural Research 20, 1921");
/// Coverage by group.
pub const ROMANO_2020: Source = source(
    "Romano et al. 2020",
    "Romano Y., Barber R. F., Sabatti C., Candès E.: With Malice Toward None: Assessing Uncertainty via Equalized Coverage. Harvard Data Science Review 2(2), 2020",
);
/// Measures of several classes.
pub const SOKOLOVA_2009: Source = source(
    "Sokolova & Lapalme 2009",
    "Sokolova M., Lapalme G.: A Systematic Analysis of Performance Measures for Classification Tasks. Information Processing & Management 45(4), 2009",
);
/// Ranked lists.
pub const GEYIK_2019: Source = source(
    "Geyik, Ambler & Kenthapadi 2019",
    "Geyik S. C., Ambler S., Kenthapadi K.: Fairness-Aware Ranking in Search & Recommendation Systems. KDD 2019",
);
/// Exposure.
pub const SINGH_2018: Source =
    source("Singh & Joachims 2018", "Singh A., Joachims T.: Fairness of Exposure in Rankings. KDD 2018");
/// Counterfactual decisions.
pub const KUSNER_2017: Source =
    source("Kusner et al. 2017", "Kusner M., Loftus J., Russell C., Silva R.: Counterfactual Fairness. NeurIPS 2017");
/// Consistency.
pub const ZEMEL_2013: Source = source(
    "Zemel et al. 2013",
    "Zemel R., Wu Y., Swersky K., Pitassi T., Dwork C.: Learning Fair Representations. ICML 2013",
);
/// Effect sizes.
pub const COHEN_1988: Source = source(
    "Cohen 1988",
    "Cohen J.: Statistical Power Analysis for the Behavioral Sciences, 2nd edition. Erlbaum, 1988",
);
/// Divergence of distributions.
pub const LIN_1991: Source = source(
    "Lin 1991",
    "Lin J.: Divergence Measures Based on the Shannon Entropy. IEEE Transactions on Information Theory 37(1), 1991",
);
/// Stability of a population.
pub const SIDDIQI_2006: Source = source("Siddiqi 2006", "Siddiqi N.: Credit Risk Scorecards. Wiley, 2006");
/// Transport of one distribution into another.
pub const KANTOROVICH_1942: Source =
    source("Kantorovich 1942", "Kantorovich L.: On the Translocation of Masses. Doklady Akademii Nauk SSSR 37, 1942");
/// Parts of an index between and within groups.
pub const SHORROCKS_1980: Source = source(
    "Shorrocks 1980",
    "Shorrocks A.: The Class of Additively Decomposable Inequality Measures. Econometrica 48(3), 1980",
);
