//! Files in object storage, against a store that speaks S3: one in this process, or that
//! at `EVENHAND_TEST_S3` (such as `http://127.0.0.1:5000`), where one is named.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use crate::support::{at, read};

/// Where a store listens.
struct Store {
    address: String,
}

type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

impl Store {
    fn new() -> Store {
        if let Ok(endpoint) = std::env::var("EVENHAND_TEST_S3") {
            return Store { address: endpoint.trim_start_matches("http://").to_string() };
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        std::thread::spawn(move || {
            let objects = Objects::default();
            for stream in listener.incoming().flatten() {
                let objects = Arc::clone(&objects);
                std::thread::spawn(move || while answer(&stream, &objects).is_some() {});
            }
        });
        Store { address }
    }

    /// Puts an object into the store, and a file into a folder.
    fn keep(&self, folder: &Path, path: &str, body: &[u8]) {
        self.put(&format!("/{path}"), body);
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, body).expect("written");
    }

    fn put(&self, path: &str, body: &[u8]) {
        let mut stream = TcpStream::connect(&self.address).expect("a store");
        let head = format!("PUT {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        write!(stream, "{head}Content-Length: {}\r\n\r\n", body.len()).expect("sent");
        stream.write_all(body).expect("sent");
        let mut reply = String::new();
        BufReader::new(stream).read_line(&mut reply).expect("an answer");
        assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    }

    fn evenhand(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenhand"));
        command.args(arguments).env("AWS_ENDPOINT_URL", format!("http://{}", self.address));
        command.env("AWS_ALLOW_HTTP", "true").env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret");
        command.output().expect("the binary")
    }
}

/// Answers one request; none when the other side has gone.
fn answer(stream: &TcpStream, objects: &Objects) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut words = first.split_whitespace();
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.replace("%3D", "=");
    let mut objects = objects.lock().expect("not poisoned");
    let found = match method {
        "PUT" => objects.insert(path, body).map_or(Some(Vec::new()), |_| Some(Vec::new())),
        _ if query.contains("list-type=2") => Some(list(path.trim_end_matches('/'), query, &objects)),
        _ => objects.get(&path).cloned(),
    };
    let (status, body) = match found {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", b"<Error><Code>NoSuchKey</Code></Error>".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nETag: \"1\"\r\nLast-Modified: Wed, 25 Nov 2026 00:00:00 GMT\r\n\r\n",
        body.len()
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).ok()
}

fn list(bucket: &str, query: &str, objects: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let prefix = query.split('&').find_map(|pair| pair.strip_prefix("prefix=")).unwrap_or_default();
    let prefix = prefix.replace("%2F", "/").replace("%3D", "=");
    let mut text = "<ListBucketResult><IsTruncated>false</IsTruncated>".to_string();
    let names = objects.iter().filter_map(|(path, body)| Some((path.strip_prefix(&format!("{bucket}/"))?, body)));
    for (name, body) in names.filter(|(name, _)| name.starts_with(&prefix)) {
        let size = body.len();
        text += &format!(
            "<Contents><Key>{name}</Key><LastModified>2026-11-25T00:00:00.000Z</LastModified><ETag>\"1\"</ETag><Size>{size}</Size></Contents>"
        );
    }
    (text + "</ListBucketResult>").into_bytes()
}

fn numbers(folder: &Path) -> serde_json::Value {
    let text = read(&folder.join("audit.json"));
    let mut document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    document.as_object_mut().expect("an object").remove("provenance");
    document
}

#[test]
fn objects_are_audited_as_files_are() {
    let (store, folder) = (Store::new(), tempfile::tempdir().expect("a folder"));
    let data = read(&at("fixtures/german-credit/data.csv"));
    let plan = read(&at("fixtures/german-credit/evenhand.toml"));
    let (header, body) = data.split_once('\n').expect("a header");
    let lines: Vec<&str> = body.lines().collect();
    store.put("/audits", b"");
    store.keep(folder.path(), "audits/german/data.csv", data.as_bytes());
    store.keep(folder.path(), "audits/parts/_SUCCESS", b"done");
    for (half, lines) in lines.chunks(600).enumerate() {
        let part = format!("{header}\n{}\n", lines.join("\n"));
        store.keep(folder.path(), &format!("audits/parts/half={half}/part.csv"), part.as_bytes());
    }
    let audit = |name: &str, path: &str| {
        let file = folder.path().join(format!("{name}.toml"));
        assert!(plan.contains("path = \"data.csv\""));
        std::fs::write(&file, plan.replace("path = \"data.csv\"", &format!("path = \"{path}\""))).expect("written");
        let out = folder.path().join(name);
        let done = store.evenhand(&["audit", &file.to_string_lossy(), "--out", &out.to_string_lossy()]);
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned(), out)
    };
    for (name, path) in
        [("object", "audits/german/data.csv"), ("pattern", "audits/parts/half=?/*.csv"), ("folder", "audits/parts/")]
    {
        let (code, said, there) = audit(name, &format!("s3://{path}"));
        assert!(code == Some(0), "{name}: {said}");
        let (code, said, here) = audit(&format!("{name}-here"), path);
        assert!(code == Some(0), "{name}: {said}");
        assert!(numbers(&there) == numbers(&here), "{name}");
    }
    // What is missing is said by its address, and nothing is written.
    for (path, what) in [
        ("s3://audits/german/none.csv", "s3://audits/german/none.csv: no such object"),
        ("s3://audits/none/*.csv", "s3://audits/none/*.csv: no object has such a name"),
        ("s3://audits/german/none/", "s3://audits/german/none/: there is no data file below it"),
        ("s3:///data.csv", "names no bucket"),
    ] {
        let (code, said, out) = audit("missing", path);
        assert!(code == Some(1) && said.contains(what) && !out.exists(), "{path}: {code:?} {said}");
    }
}
