//! An EVTX record as the evtx crate gives it (Event > System, EventData or UserData) as one flat
//! object with the names that Sigma rules use. Attributes of System join with '_' (Provider_Name),
//! blanks in the names of data are left out (ThreatName), a name of System's stays System's. Values
//! are moved, not copied.
use serde_json::{Map, Value};

const TEXT: &str = "#text";
const ATTRIBUTES: &str = "#attributes";

/// An element's own text: the element itself, or what it holds beside attributes.
fn text(value: Value) -> Value {
    match value {
        Value::Object(mut o) if o.contains_key(TEXT) => o.remove(TEXT).unwrap_or(Value::Null),
        other => other,
    }
}

fn system(fields: Map<String, Value>, flat: &mut Map<String, Value>) {
    for (name, value) in fields {
        match value {
            Value::Object(mut o) => {
                if let Some(Value::Object(attributes)) = o.remove(ATTRIBUTES) {
                    for (attribute, v) in attributes {
                        flat.insert(format!("{name}_{attribute}"), v);
                    }
                }
                if let Some(v) = o.remove(TEXT) {
                    flat.insert(name, v);
                }
            }
            Value::Null => (),
            v => _ = flat.insert(name, v),
        }
    }
}

fn data(fields: Map<String, Value>, flat: &mut Map<String, Value>) {
    for (name, value) in fields {
        if name != ATTRIBUTES && !value.is_null() {
            let name = if name.contains(' ') { name.replace(' ', "") } else { name };
            flat.entry(name).or_insert_with(|| text(value));
        }
    }
}

pub fn flatten(record: Value) -> Value {
    let mut flat = Map::new();
    let Value::Object(mut root) = record else {
        return record;
    };
    let Some(Value::Object(mut event)) = root.remove("Event") else {
        return Value::Object(root);
    };
    if let Some(Value::Object(fields)) = event.remove("System") {
        system(fields, &mut flat);
    }
    if let Some(Value::Object(fields)) = event.remove("EventData") {
        data(fields, &mut flat);
    }
    if let Some(Value::Object(children)) = event.remove("UserData") {
        for (_, child) in children {
            if let Value::Object(fields) = child {
                data(fields, &mut flat);
            }
        }
    }
    Value::Object(flat)
}
