//! rsigma-peer - rsigma's evaluator over files of events, with as little around it as can be.
//!
//! rsigma's own command copies each parsed event twice before it evaluates it and reads one EVTX
//! file a run. This loop does neither: a line is read, parsed by serde_json, evaluated and counted;
//! a record of an EVTX file is decoded by the evtx crate, its fields moved into one flat object and
//! evaluated. Rules load once. Of its figures only CPU time of this one thread is kept, apart for
//! loading and building (start) and for reading, parsing and evaluating (match).
//!
//! How rules find their events (--route):
//!   none     every rule sees every event
//!   fields   rsigma's own pruning by the event's fields product, category and service
//!   product  the same, for events that lack them, with product windows given
//!   table    an engine for each set of log sources that (channel, EventID) stand for, of the rules
//!            for these alone; the table is made by bench/peers/prepare
mod flatten;
mod route;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::exit;

use rsigma_eval::{
    Engine, JsonEvent, LogSourceExtractor, parse_pipeline, resolve_builtin_pipeline,
};
use rsigma_parser::{LogSource, SigmaRule, parse_sigma_directory};
use serde_json::Value;

#[global_allocator]
static GLOBAL: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const READ_BYTES: usize = 1 << 20;

#[derive(Default)]
struct Options {
    rules: Vec<PathBuf>,
    route: String,
    table: Option<PathBuf>,
    pipeline: Option<String>,
    bloom: bool,
    substrings: bool,
    ids: Option<PathBuf>,
    files: Vec<PathBuf>,
}

fn fail(what: impl std::fmt::Display) -> ! {
    eprintln!("rsigma-peer: {what}");
    exit(2)
}

fn options() -> Options {
    let mut o = Options { route: "none".into(), ..Options::default() };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().unwrap_or_else(|| fail(format!("{arg} needs a value")));
        match arg.as_str() {
            "--rules" => o.rules.push(value().into()),
            "--route" => o.route = value(),
            "--table" => o.table = Some(value().into()),
            "--pipeline" => o.pipeline = Some(value()),
            "--bloom" => o.bloom = true,
            "--cross-rule-ac" => o.substrings = true,
            "--ids" => o.ids = Some(value().into()),
            name if name.starts_with('-') => fail(format!("no option {name}")),
            _ => o.files.push(arg.into()),
        }
    }
    o
}

/// CPU time of this thread.
fn cpu_ns() -> u64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t) };
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

/// Engines for the rules of each log source, built when the first event of it comes.
struct Matcher {
    rules: Vec<SigmaRule>,
    options: Options,
    table: Option<route::Table>,
    engines: Vec<Vec<Engine>>,
    key: String,
    build_ns: u64,
}

impl Matcher {
    fn new(options: Options, rules: Vec<SigmaRule>) -> Self {
        let table = (options.route == "table").then(|| {
            let path =
                options.table.as_deref().unwrap_or_else(|| fail("--route table: no --table"));
            route::Table::read(path).unwrap_or_else(|e| fail(e))
        });
        let mut m =
            Matcher { rules, options, table, engines: Vec::new(), key: String::new(), build_ns: 0 };
        if m.table.is_none() {
            let all = m.engine(&[], |_| true);
            m.engines.push(vec![all]);
        }
        m
    }

    fn engine(&self, renames: &[(String, String)], wanted: impl Fn(&LogSource) -> bool) -> Engine {
        let mut engine = Engine::new();
        engine.set_bloom_prefilter(self.options.bloom);
        engine.set_cross_rule_ac(self.options.substrings);
        if let Some(name) = &self.options.pipeline {
            match resolve_builtin_pipeline(name) {
                Some(Ok(p)) => engine.add_pipeline(p),
                _ => fail(format!("no pipeline {name}")),
            }
        }
        if !renames.is_empty() {
            let mut yaml = String::from(
                "name: renames\ntransformations:\n- type: field_name_mapping\n  mapping:\n",
            );
            for (rule_name, event_name) in renames {
                yaml += &format!("    {rule_name}: {event_name}\n");
            }
            engine.add_pipeline(parse_pipeline(&yaml).unwrap_or_else(|e| fail(e)));
        }
        match self.options.route.as_str() {
            "fields" => engine.set_logsource_extractor(Some(LogSourceExtractor::new())),
            "product" => {
                let windows = LogSource { product: Some("windows".into()), ..LogSource::default() };
                let given = LogSourceExtractor::new().with_defaults(windows);
                engine.set_logsource_extractor(Some(given));
            }
            _ => (),
        }
        engine.add_rules(self.rules.iter().filter(|r| wanted(&r.logsource)));
        engine
    }

    /// The engines that the event's rules are in.
    fn engines_for(&mut self, event: &Value) -> usize {
        let Some(table) = &mut self.table else {
            return 0;
        };
        table.key(event, &mut self.key);
        if let Some(n) = table.known(&self.key) {
            return n;
        }
        let t0 = cpu_ns();
        let sources = table.sources(event);
        let mut built = Vec::new();
        for group in route::by_renames(&sources) {
            built.push(self.engine(&group[0].renames, |rule| group.iter().any(|s| s.is_for(rule))));
        }
        self.engines.push(built);
        let n = self.engines.len() - 1;
        self.table.as_mut().unwrap().learn(&self.key, n);
        self.build_ns += cpu_ns() - t0;
        n
    }

    /// Calls found with the id of each rule that matches, once a rule.
    fn evaluate(&mut self, event: &Value, mut found: impl FnMut(&str)) {
        let n = self.engines_for(event);
        let e = JsonEvent::borrow(event);
        let mut seen: Vec<String> = Vec::new();
        for engine in &self.engines[n] {
            for m in engine.evaluate(&e) {
                let id = m.header.rule_id.as_deref().unwrap_or(&m.header.rule_title);
                if self.engines[n].len() > 1 {
                    if seen.iter().any(|s| s == id) {
                        continue;
                    }
                    seen.push(id.to_string());
                }
                found(id);
            }
        }
    }
}

struct Counts {
    events: u64,
    matches: u64,
    broken: u64,
    ids: Option<BufWriter<File>>,
}

impl Counts {
    fn event(&mut self, m: &mut Matcher, event: &Value, file: &Path, record: &str) {
        self.events += 1;
        let (matches, ids) = (&mut self.matches, &mut self.ids);
        m.evaluate(event, |rule| {
            *matches += 1;
            if let Some(out) = ids {
                writeln!(out, "{}\t{record}\t{rule}", file.display()).unwrap_or_else(|e| fail(e));
            }
        });
    }

    fn lines(&mut self, m: &mut Matcher, path: &Path) {
        let file = File::open(path).unwrap_or_else(|e| fail(format!("{}: {e}", path.display())));
        let mut reader = BufReader::with_capacity(READ_BYTES, file);
        let (mut line, mut number, mut record) = (Vec::new(), 0u64, String::new());
        loop {
            line.clear();
            match reader.read_until(b'\n', &mut line) {
                Ok(0) => return,
                Ok(_) => number += 1,
                Err(e) => fail(e),
            }
            match serde_json::from_slice::<Value>(&line) {
                Ok(event) => {
                    if self.ids.is_some() {
                        record = number.to_string();
                    }
                    self.event(m, &event, path, &record)
                }
                Err(_) => self.broken += 1,
            }
        }
    }

    fn records(&mut self, m: &mut Matcher, path: &Path) {
        let settings = evtx::ParserSettings::default().num_threads(1);
        let mut parser = match evtx::EvtxParser::from_path(path) {
            Ok(p) => p.with_configuration(settings),
            Err(_) => return self.broken += 1,
        };
        for record in parser.records_json_value() {
            match record {
                Ok(r) => {
                    let event = flatten::flatten(r.data);
                    // The number of the record's header is another one in exported logs.
                    let id = match event.get("EventRecordID") {
                        Some(id) if self.ids.is_some() => id.to_string(),
                        _ => String::new(),
                    };
                    self.event(m, &event, path, id.trim_matches('"'))
                }
                Err(_) => self.broken += 1,
            }
        }
    }
}

fn main() {
    let options = options();
    let mut rules = Vec::new();
    let mut refused = 0;
    for path in &options.rules {
        let c = parse_sigma_directory(path).unwrap_or_else(|e| fail(e));
        refused += c.errors.len();
        rules.extend(c.rules);
    }
    let ids =
        options.ids.as_ref().map(|p| BufWriter::new(File::create(p).unwrap_or_else(|e| fail(e))));
    let files = options.files.clone();
    let mut counts = Counts { events: 0, matches: 0, broken: 0, ids };
    let loaded = rules.len();
    let mut matcher = Matcher::new(options, rules);
    let start = cpu_ns();
    for file in &files {
        if file.extension().is_some_and(|e| e == "evtx") {
            counts.records(&mut matcher, file);
        } else {
            counts.lines(&mut matcher, file);
        }
    }
    let spent = cpu_ns() - start - matcher.build_ns;
    println!(
        "{{\"rules\":{loaded},\"refused\":{refused},\"events\":{},\"matches\":{},\"broken\":{},\
         \"start_ns\":{},\"match_ns\":{spent}}}",
        counts.events,
        counts.matches,
        counts.broken,
        start + matcher.build_ns
    );
}
