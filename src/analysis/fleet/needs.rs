//! Why there is no answer.

/// Why a question about a fleet has no answer.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoAnswer {
    /// There is nobody to serve.
    #[error("there is no operator")]
    NoOperators,
    /// There is nobody to ask.
    #[error("there is no vehicle")]
    NoVehicles,
    /// More than we compute.
    #[error("{got} {what} are more than we compute ({most})")]
    TooMany {
        /// Vehicles or operators.
        what: &'static str,
        /// As asked.
        got: u32,
        /// As many as we compute.
        most: u32,
    },
    /// One vehicle alone keeps the operators busier than the goal allows.
    #[error("one vehicle alone keeps the operators busy {utilisation} of the time")]
    OneIsTooMany {
        /// Share of the time that an operator is busy.
        utilisation: f64,
    },
    /// The rate of requests is not known: no gap was measured, or one is not a time.
    #[error("the rate of requests is not known")]
    RateUnknown,
    /// No vehicle ever asks.
    #[error("the rate of requests is zero: any fleet can be served")]
    RateZero,
    /// The service time is not known: none was measured, or one is not a time.
    #[error("the service time is not known")]
    ServiceUnknown,
    /// Service takes no time.
    #[error("the service time is zero: any fleet can be served")]
    ServiceZero,
    /// More work comes in than the operators can do: the queue grows without end.
    #[error("a load of {load} Erlang is too much for {operators} operators: the queue never ends")]
    Overload {
        /// Arrivals per second times seconds of service.
        load: f64,
        /// Operators.
        operators: u32,
    },
    /// A time, share or coefficient of variation that is not one.
    #[error("{what} is out of range")]
    OutOfRange {
        /// Which.
        what: &'static str,
    },
}
