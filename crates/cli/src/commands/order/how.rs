//! How a job is to be run, in the words of the API.

use clap::Args;
use serde_json::{Map, Value, json};

#[derive(Args, Debug, Default)]
#[command(next_help_heading = "How it is run")]
pub struct How {
    /// At most so many servers at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: Option<u32>,

    /// How many servers each wave has, e.g. 1,10%,100%; a wave begins when the one before has ended
    #[arg(long, value_name = "SIZES", value_delimiter = ',')]
    waves: Vec<String>,

    /// How long to wait between two waves, e.g. 30s, 5m
    #[arg(long, value_name = "TIME", requires = "waves")]
    pause: Option<String>,

    /// Let each wave after the first wait for `regiment job approve`
    #[arg(long, requires = "waves")]
    hold: bool,

    /// When more servers than this fail, cancel what has not begun: a number, or e.g. 5%
    #[arg(long, value_name = "N|N%")]
    max_failures: Option<String>,

    /// Begin then: 2026-01-02T03:04:05Z, or +30m for so long from now
    #[arg(long, value_name = "TIME")]
    start_at: Option<String>,

    /// Cancel what has not begun by then
    #[arg(long, value_name = "TIME")]
    deadline: Option<String>,

    /// Try a server that failed so many times more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    retry: Option<u8>,

    /// How long to wait before trying again, doubled each time [default: 5s]
    #[arg(long, value_name = "TIME", requires = "retry")]
    backoff: Option<String>,
}

impl How {
    /// What was said, and nothing else: the server has its own defaults.
    pub fn orders(&self) -> Value {
        let How {
            concurrency,
            waves,
            pause,
            hold,
            max_failures,
            start_at,
            deadline,
            retry,
            backoff,
        } = self;
        let mut orders = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                orders.insert(name.to_owned(), value);
            }
        };
        let text = |text: &Option<String>| text.clone().map(Value::from);
        put("concurrency", concurrency.map(Value::from));
        put("waves", (!waves.is_empty()).then(|| json!(waves)));
        put("pause", text(pause));
        put("hold", hold.then_some(Value::Bool(true)));
        put("max_failures", text(max_failures));
        put("start_at", text(start_at));
        put("deadline", text(deadline));
        put("retry", retry.map(|attempts| json!({ "attempts": attempts, "backoff": backoff })));
        Value::Object(orders)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        how: How,
    }

    fn orders(words: &str) -> Option<Value> {
        let words = words.split_whitespace();
        Line::try_parse_from(["x"].into_iter().chain(words)).ok().map(|line| line.how.orders())
    }

    #[test]
    fn what_is_said_is_asked_for_and_nothing_else() {
        assert_eq!(orders(""), Some(json!({})));
        let all = "--concurrency 10 --waves 1,10%,100% --pause 30s --hold --max-failures 5% \
                   --start-at +30m --deadline 2026-01-02T03:04:05Z --retry 2 --backoff 1m";
        assert_eq!(
            orders(all),
            Some(json!({
                "concurrency": 10, "waves": ["1", "10%", "100%"], "pause": "30s", "hold": true,
                "max_failures": "5%", "start_at": "+30m", "deadline": "2026-01-02T03:04:05Z",
                "retry": { "attempts": 2, "backoff": "1m" },
            }))
        );
    }

    #[test]
    fn what_means_nothing_alone_is_refused() {
        for words in ["--pause 30s", "--hold", "--backoff 5s", "--concurrency 0", "--retry 0"] {
            assert_eq!(orders(words), None, "{words}");
        }
    }
}
