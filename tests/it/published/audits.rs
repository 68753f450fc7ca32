//! The audits behind published numbers: which rows, and what their columns mean.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use super::data::{Audited, Line, Source};
use crate::support::Table;

/// Audits, each made when it is first asked for.
pub struct World {
    folder: PathBuf,
    compas: OnceCell<Source>,
    cells: BTreeMap<&'static str, OnceCell<Audited>>,
}

impl World {
    pub fn new(folder: PathBuf) -> World {
        const AUDITS: [&str; 14] = [
            "adult",
            "adult known",
            "adult tutorial",
            "berkeley",
            "boston",
            "census",
            "compas",
            "compas filtered",
            "e-mail",
            "fairlearn",
            "german",
            "german rest",
            "german tutorial",
            "german reweighed",
        ];
        let cells = AUDITS.into_iter().map(|name| (name, OnceCell::new())).collect();
        World { folder, compas: OnceCell::new(), cells }
    }

    fn open(&self, name: &str) -> Source {
        Source::open(&self.folder.join(name))
    }

    pub fn compas(&self) -> &Source {
        self.compas.get_or_init(|| self.open("compas_two_years.csv.gz"))
    }

    pub fn audit(&self, name: &str) -> &Audited {
        self.cells[name].get_or_init(|| self.make(name))
    }

    fn make(&self, name: &str) -> Audited {
        let of = |table: Table, plan: &str| Audited::new(table.path(), plan);
        match name {
            "compas" => {
                let columns = ["sex", "age_cat", "race", "score_text", "two_year_recid"];
                of(
                    self.compas().table(columns, |line| Some(columns.map(|name| line.field(name).to_string()))),
                    "decision = { column = 'score_text', favourable = ['Medium', 'High'] }\n\
                     label = { column = 'two_year_recid', favourable = 1 }\n\
                     [[attribute]]\ncolumn = 'sex'\nreference = 'Male'\n\
                     [[attribute]]\ncolumn = 'age_cat'\nreference = '25 - 45'\n\
                     [[attribute]]\ncolumn = 'race'\nreference = 'Caucasian'\n",
                )
            }
            "compas filtered" => {
                let [intercept, slope] = recidivism_by_decile(self.compas());
                let table = self.compas().table(["race", "priors", "recid", "expected"], |line| {
                    let priors = match line.number("priors_count") {
                        0.0 => "none",
                        n if n > 5.0 => "more than 5",
                        _ => "some",
                    };
                    let expected = 1.0 / (1.0 + (-intercept - slope * line.number("decile_score")).exp());
                    filtered(&line).then(|| {
                        let word = |name: &str| line.field(name).to_string();
                        [word("race"), priors.to_string(), word("two_year_recid"), expected.to_string()]
                    })
                });
                of(
                    table,
                    "label = { column = 'recid', favourable = 1 }\nscore = 'expected'\n\
                     [[attribute]]\ncolumn = 'race'\n[[attribute]]\ncolumn = 'priors'\n",
                )
            }
            "german" => {
                let columns = ["sex", "credit_risk"];
                let table = self.open("german_credit.csv");
                of(
                    table.table(columns, |line| Some(columns.map(|name| line.field(name).to_string()))),
                    "label = { column = 'credit_risk', favourable = 'good' }\n\
                     [[attribute]]\ncolumn = 'sex'\nreference = 'female'\n",
                )
            }
            "german rest" => {
                let table = self.open("german_credit.csv").table(["age", "housing", "credit_risk"], |line| {
                    let age = if line.number("age") > 40.0 { "over 40" } else { "to 40" };
                    Some([age.to_string(), line.field("housing").to_string(), line.field("credit_risk").to_string()])
                });
                of(
                    table,
                    "label = { column = 'credit_risk', favourable = 'good' }\nstrata = ['housing']\n\
                     [[attribute]]\ncolumn = 'age'\nreference = 'rest'\n",
                )
            }
            "german tutorial" => self.german_tutorial(|_, _| 1.0),
            "german reweighed" => {
                let before = &self.audit("german tutorial").0.reweighing[0].weights;
                self.german_tutorial(|group, good| {
                    let weight = before.iter().find(|weight| weight.group == group).expect("a group");
                    if good { weight.favourable.expect("people") } else { weight.unfavourable.expect("people") }
                })
            }
            "adult" | "adult known" | "adult tutorial" => {
                let table = self.open("adult_income.csv.gz").table(["race", "income"], |line| {
                    let keep = match name {
                        "adult known" => line.fields().all(|field| field != "?"),
                        "adult tutorial" => line.field("tutorial_train") == "1",
                        _ => true,
                    };
                    let race = if line.field("race") == "White" { "White" } else { "other" };
                    keep.then(|| [race.to_string(), line.field("income").to_string()])
                });
                of(
                    table,
                    "label = { column = 'income', favourable = '>50K' }\n\
                     [[attribute]]\ncolumn = 'race'\nreference = 'White'\n",
                )
            }
            "berkeley" => Audited::of_file(
                self.folder.join("berkeley_admissions.csv"),
                &self.folder,
                "decision = { column = 'admit', favourable = 'Admitted' }\ncount = 'count'\nstrata = ['dept']\n\
                 [[attribute]]\ncolumn = 'gender'\nreference = 'Female'\n",
            ),
            "boston" => {
                let columns = ["white", "approve"];
                let table = self.open("boston_mortgage_applications.csv.gz");
                of(
                    table.table(columns, |line| Some(columns.map(|name| line.field(name).to_string()))),
                    "decision = { column = 'approve', favourable = 1 }\n\
                     [[attribute]]\ncolumn = 'white'\nreference = '0'\n",
                )
            }
            "e-mail" => Audited::of_file(
                self.folder.join("email_experiment.csv.gz"),
                &self.folder,
                "decision = { column = 'visit', favourable = 1 }\nlabel = { column = 'conversion', favourable = 1 }\n\
                 score = 'spend'\n[[attribute]]\ncolumn = 'zip_code'\n",
            ),
            "census" => Audited::of_file(
                self.folder.join("census_income_1994_95.csv.gz"),
                &self.folder,
                "label = { column = 'income', favourable = 'gt50k' }\n[[attribute]]\ncolumn = 'part'\n",
            ),
            other => panic!("no audit {other}"),
        }
    }

    fn german_tutorial(&self, weight: impl Fn(&str, bool) -> f64) -> Audited {
        let table = self.open("german_credit.csv").table(["age", "credit_risk", "weight"], |line| {
            let age = if line.number("age") < 25.0 { "under 25" } else { "25 and over" };
            let risk = line.field("credit_risk");
            let weight = weight(age, risk == "good").to_string();
            (line.field("tutorial_train") == "1").then(|| [age.to_string(), risk.to_string(), weight])
        });
        Audited::new(
            table.path(),
            "label = { column = 'credit_risk', favourable = 'good' }\nweight = 'weight'\n\
             [[attribute]]\ncolumn = 'age'\nreference = '25 and over'\n",
        )
    }
}

/// ProPublica's rows for the distributions of scores.
pub fn filtered(line: &Line) -> bool {
    let days = line.field("days_b_screening_arrest").parse::<f64>();
    days.is_ok_and(|days| days.abs() <= 30.0)
        && line.field("is_recid") != "-1"
        && line.field("c_charge_degree") != "O"
        && !matches!(line.field("score_text"), "" | "N/A")
}

/// Intercept and slope of an unpenalised logistic regression of recidivism on
/// the decile, by Newton's method.
fn recidivism_by_decile(compas: &Source) -> [f64; 2] {
    let rows: Vec<(f64, f64)> = compas
        .lines()
        .filter(filtered)
        .map(|line| (line.number("decile_score"), line.number("two_year_recid")))
        .collect();
    let [mut intercept, mut slope] = [0.0, 0.0];
    for _ in 0..25 {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (x, y) in &rows {
            let p = 1.0 / (1.0 + (-intercept - slope * x).exp());
            let w = p * (1.0 - p);
            (g0, g1) = (g0 + y - p, g1 + x * (y - p));
            (h00, h01, h11) = (h00 + w, h01 + w * x, h11 + w * x * x);
        }
        let determinant = h00 * h11 - h01 * h01;
        intercept += (h11 * g0 - h01 * g1) / determinant;
        slope += (h00 * g1 - h01 * g0) / determinant;
    }
    [intercept, slope]
}
