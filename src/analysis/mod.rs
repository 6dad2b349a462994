//! From records to results: metrics, statistics, figures, a report one can cite. `docs/analysis.md` is for its users.
//!
//! ```text
//! logs ─▶ run (one record) ─▶ case (one takeover) ─▶ metrics ─▶ rows ─▶ tables
//!                                                                └─▶ results ─▶ report
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `settings` | thresholds, windows, horizons, levels |
//! | `collect`, `run`, `channels`, `lead` | logs found and read, on all processors; one run as columns; the vehicle ahead |
//! | `case`, `answer`, `run_case`, `people` | what metrics see: a takeover, raw input by other thresholds, a run, a participant |
//! | `metric`, `metrics/` | what a metric is; each of them, declared once |
//! | `rows`, `tables` | what is kept of each log; the tables that are made of it |
//! | `overview`, `reaction`, `contrast`, `team` | results: sums, reaction times, conditions compared, human in the loop against automation |
//! | `study/` | what a study knows beside the logs: its sheet, questionnaires, secondary tasks |
//! | `export/` | the raw channels of a record as tables |
//! | `fleet/` | vehicles per operator: queueing models and their simulation |
//! | `signals/` | measures of evenly sampled signals: pure functions |
//! | `stats/` | statistics: pure functions |
//! | `results` | all of them together |
//! | `page/`, `report/` | the report's sections; a document of sections, tables and figures |
//! | `write`, `one` | the folder that an analysis leaves; that of one log, when its run is over |
//! | `table/` | tables as CSV, Parquet, JSON; the data dictionary |

pub mod answer;
pub mod case;
pub mod channels;
pub mod collect;
pub mod contrast;
pub mod export;
pub mod fleet;
pub mod lead;
pub mod metric;
pub mod metrics;
pub mod one;
pub mod page;
pub mod people;
pub mod reaction;
pub mod report;
pub mod results;
pub mod rows;
pub mod run;
pub mod run_case;
pub mod settings;
pub mod signals;
pub mod stats;
pub mod study;
pub mod table;
pub mod tables;
pub mod team;
pub mod write;

#[cfg(test)]
mod by_hand;
