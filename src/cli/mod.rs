//! Command line → plan and exit code; one file for each command.

mod audit;
mod catalogue;
mod error;
mod gate;
mod init;
mod memory;
mod options;
mod output;
mod remedy;
mod review;
mod signals;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::Stop;

/// The exit codes, in the words of `--help`.
const EXIT_CODES: &str = "Exit codes:
  0   done; for a gate: every rule holds
  1   could not run: a file or the data in it
  2   usage, or the plan file
  10  gate: a rule failed
  11  gate: a rule could not be decided or had nothing to work on (see --on-inconclusive)
  130 interrupted (143: told to end): nothing was written";

/// Audit the decisions of a model for disparities between groups.
#[derive(Parser)]
#[command(name = "evenhand", version, after_help = EXIT_CODES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Look at a data file and write a commented plan to start from
    Init(init::Arguments),
    /// Audit: report, charts, JSON, CSV, and a summary in the terminal
    Audit(audit::Arguments),
    /// Audit by rules, for a pipeline: the exit code says how it went
    Gate(gate::Arguments),
    /// Audit, keep it in a history, compare it with the one before
    Review(review::Arguments),
    /// Write what could be done about a disparity
    #[command(subcommand)]
    Remedy(remedy::Command),
    /// List every metric
    Metrics(catalogue::MetricsArguments),
    /// Explain one metric: question, formula, range, sources, names elsewhere
    Explain(catalogue::ExplainArguments),
    /// Print the JSON schema of audit.json
    Schema,
}

/// Runs the program and says how it went.
pub fn run() -> ExitCode {
    memory::in_small_pages();
    signals::heed();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let outcome = match cli.command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Gate(arguments) => gate::run(&arguments),
        Command::Review(arguments) => review::run(&arguments),
        Command::Remedy(command) => remedy::run(&command),
        Command::Metrics(arguments) => catalogue::metrics(&arguments),
        Command::Explain(arguments) => catalogue::explain(&arguments),
        Command::Schema => catalogue::schema(),
    };
    // What a thread still holds, such as a copy of standard input, goes too. Whoever stops the
    // program from here on is too late.
    crate::unfinished::end();
    match outcome {
        Ok(code) => code,
        // The reader of our output went away: nobody is left to tell.
        Err(Stop::Closed) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("error: {}", brief(&stop.to_string()));
            ExitCode::from(stop.code())
        }
    }
}

/// A message that quotes what it complains of, without most of what nobody reads.
fn brief(message: &str) -> String {
    const HEAD: usize = 600;
    const TAIL: usize = 300;
    let line = |line: &str| -> String {
        let all = line.chars().count();
        if all <= HEAD + TAIL {
            return line.to_string();
        }
        let head: String = line.chars().take(HEAD).collect();
        let tail: String = line.chars().skip(all - TAIL).collect();
        format!("{head} … ({} characters) … {tail}", all - HEAD - TAIL)
    };
    message.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_brief() {
        assert_eq!(brief("one\ntwo"), "one\ntwo");
        let long = format!("a.csv: row 1: \"{}\" is not a number: do this", "é".repeat(5_000));
        let cut = brief(&long);
        assert!(cut.starts_with("a.csv: row 1: \"é") && cut.ends_with("do this") && cut.chars().count() < 1_000);
    }
}
