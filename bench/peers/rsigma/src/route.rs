//! The table of Windows log sources that bench/peers/prepare makes of src/event/logsources.def, so
//! that both sides take an event for the same: rows of kind, then
//!   channel   name, product, service
//!   category  service, EventID, category, field, value, renames (rule's name=event's name,...)
use std::collections::HashMap;
use std::path::Path;

use rsigma_parser::LogSource;
use serde_json::Value;

#[derive(Clone, PartialEq)]
pub struct Source {
    product: String,
    category: String,
    service: String,
    pub renames: Vec<(String, String)>,
}

struct Category {
    service: String,
    event_id: String,
    category: String,
    field: String,
    value: String,
    renames: Vec<(String, String)>,
}

pub struct Table {
    channels: Vec<(String, String, String)>,
    categories: Vec<Category>,
    fields: Vec<String>,
    known: HashMap<String, usize>,
}

impl Source {
    /// A rule is for a source when each thing it names is the source's.
    pub fn is_for(&self, rule: &LogSource) -> bool {
        let same =
            |r: &Option<String>, s: &String| r.as_ref().is_none_or(|r| r.eq_ignore_ascii_case(s));
        same(&rule.product, &self.product)
            && same(&rule.category, &self.category)
            && same(&rule.service, &self.service)
    }
}

/// Sources of the same renames share an engine.
pub fn by_renames(sources: &[Source]) -> Vec<Vec<&Source>> {
    let mut groups: Vec<Vec<&Source>> = Vec::new();
    for s in sources {
        match groups.iter_mut().find(|g| g[0].renames == s.renames) {
            Some(g) => g.push(s),
            None => groups.push(vec![s]),
        }
    }
    groups
}

fn add_text(event: &Value, field: &str, to: &mut String) {
    match event.get(field) {
        Some(Value::String(s)) => to.extend(s.chars().map(|c| c.to_ascii_lowercase())),
        Some(Value::Number(n)) => *to += &n.to_string(),
        _ => (),
    }
}

fn text(event: &Value, field: &str) -> String {
    let mut s = String::new();
    add_text(event, field, &mut s);
    s
}

impl Table {
    pub fn read(path: &Path) -> Result<Table, String> {
        let content =
            std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut t = Table {
            channels: Vec::new(),
            categories: Vec::new(),
            fields: Vec::new(),
            known: HashMap::new(),
        };
        for row in content.lines() {
            let c: Vec<String> = row.split('\t').map(str::to_string).collect();
            match (c[0].as_str(), c.len()) {
                ("channel", 4) => {
                    t.channels.push((c[1].to_ascii_lowercase(), c[2].clone(), c[3].clone()))
                }
                ("category", 7) => {
                    if !c[4].is_empty() && !t.fields.contains(&c[4]) {
                        t.fields.push(c[4].clone());
                    }
                    let pairs = c[6].split(',').filter_map(|p| p.split_once('='));
                    t.categories.push(Category {
                        service: c[1].clone(),
                        event_id: c[2].clone(),
                        category: c[3].clone(),
                        field: c[4].clone(),
                        value: c[5].to_ascii_lowercase(),
                        renames: pairs.map(|(a, b)| (a.into(), b.into())).collect(),
                    });
                }
                _ => return Err(format!("{}: not a row: {row}", path.display())),
            }
        }
        Ok(t)
    }

    /// What the event's sources depend on, as one string.
    pub fn key(&self, event: &Value, key: &mut String) {
        key.clear();
        for field in
            ["Channel", "EventID"].into_iter().chain(self.fields.iter().map(String::as_str))
        {
            add_text(event, field, key);
            key.push('\x1f');
        }
    }

    pub fn known(&self, key: &str) -> Option<usize> {
        self.known.get(key).copied()
    }

    pub fn learn(&mut self, key: &str, engines: usize) {
        self.known.insert(key.to_string(), engines);
    }

    pub fn sources(&self, event: &Value) -> Vec<Source> {
        let (channel, event_id) = (text(event, "Channel"), text(event, "EventID"));
        let mut found = Vec::new();
        for (name, product, service) in &self.channels {
            if *name != channel {
                continue;
            }
            let source = |category: &str, renames: &[(String, String)]| Source {
                product: product.clone(),
                category: category.into(),
                service: service.clone(),
                renames: renames.to_vec(),
            };
            let mut plain = false;
            for c in
                self.categories.iter().filter(|c| c.service == *service && c.event_id == event_id)
            {
                if c.field.is_empty() || text(event, &c.field) == c.value {
                    found.push(source(&c.category, &c.renames));
                    plain |= c.renames.is_empty();
                }
            }
            if !plain {
                found.push(source("", &[]));
            }
        }
        if found.is_empty() {
            let windows = "windows".to_string();
            found.push(Source {
                product: windows,
                category: String::new(),
                service: String::new(),
                renames: Vec::new(),
            });
        }
        found
    }
}
