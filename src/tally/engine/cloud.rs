//! Files in object storage: `s3://`, `gs://`, `az://`.
//!
//! Every object is read once, whole, into a temporary file: its hash is part of the
//! record, and for that every byte is needed anyway. Credentials, region and endpoint
//! come from the environment, as the command-line tools of the providers have them.

use std::path::Path;

/// Schemes of object storage.
const SCHEMES: [&str; 8] = ["s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss"];

/// Whether a path names something in object storage.
pub(crate) fn is_remote(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.split_once("://").is_some_and(|(scheme, _)| SCHEMES.contains(&scheme))
}

#[cfg(feature = "cloud")]
pub(super) use with::{fetch, listed};
#[cfg(not(feature = "cloud"))]
pub(super) use without::{fetch, listed};

#[cfg(not(feature = "cloud"))]
mod without {
    use std::path::{Path, PathBuf};

    use tempfile::NamedTempFile;

    use super::super::super::error::TallyError;

    fn cannot(path: &Path) -> TallyError {
        let reason = "this build reads no object storage: build it with `--features cloud`, or copy the file here";
        TallyError::Unopenable { file: path.into(), reason: reason.into() }
    }

    pub(in super::super) fn listed(path: &Path) -> Result<Vec<PathBuf>, TallyError> {
        Err(cannot(path))
    }

    pub(in super::super) fn fetch(path: &Path, _into: &mut NamedTempFile) -> Result<(), TallyError> {
        Err(cannot(path))
    }
}

#[cfg(feature = "cloud")]
mod with {
    use std::io::Write;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use futures_util::TryStreamExt;
    use object_store::aws::AmazonS3Builder;
    use object_store::azure::MicrosoftAzureBuilder;
    use object_store::gcp::GoogleCloudStorageBuilder;
    use object_store::path::Path as Key;
    use object_store::{ObjectStore, ObjectStoreExt, RetryConfig};
    use tempfile::NamedTempFile;
    use url::Url;

    use super::super::super::error::TallyError;
    use super::super::file::unkept;
    use super::super::format::is_data;

    /// A store that does not answer is given up after so long.
    const PATIENCE: Duration = Duration::from_secs(30);

    /// What is beyond `://` and the name of the bucket.
    struct Place {
        bucket: String,
        key: String,
        store: Box<dyn ObjectStore>,
    }

    fn wrong(path: &Path, reason: impl Into<String>) -> TallyError {
        TallyError::Unopenable { file: path.into(), reason: reason.into() }
    }

    /// What a store says, without the words around it.
    fn refused(path: &Path, error: &object_store::Error) -> TallyError {
        use object_store::Error;
        let reason = match error {
            Error::NotFound { .. } => "no such object".to_string(),
            Error::PermissionDenied { .. } => "may not be read (permission denied)".into(),
            Error::Unauthenticated { .. } => "the credentials in the environment are not accepted".into(),
            other => {
                // The innermost cause says what happened.
                let mut cause: &dyn std::error::Error = other;
                while let Some(next) = cause.source() {
                    cause = next;
                }
                format!("the store could not be asked: {cause}")
            }
        };
        wrong(path, reason)
    }

    fn place(path: &Path) -> Result<Place, TallyError> {
        let text = path.to_string_lossy();
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(wrong(path, format!("names no bucket: {scheme}://bucket/file.csv")));
        }
        let bucket = format!("{scheme}://{bucket}");
        let url = Url::parse(&bucket).map_err(|error| wrong(path, format!("is no address: {error}")))?;
        let retry = RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let store: object_store::Result<Box<dyn ObjectStore>> = match scheme {
            "s3" | "s3a" => {
                let builder = AmazonS3Builder::from_env().with_url(url.as_str()).with_retry(retry);
                builder.build().map(|store| Box::new(store) as _)
            }
            "gs" => {
                let builder = GoogleCloudStorageBuilder::from_env().with_url(url.as_str()).with_retry(retry);
                builder.build().map(|store| Box::new(store) as _)
            }
            _ => {
                let builder = MicrosoftAzureBuilder::from_env().with_url(url.as_str()).with_retry(retry);
                builder.build().map(|store| Box::new(store) as _)
            }
        };
        let store = store.map_err(|error| refused(path, &error))?;
        Ok(Place { bucket, key: key.to_string(), store })
    }

    /// Waits for what a store says.
    fn waited<T>(path: &Path, asked: impl Future<Output = object_store::Result<T>>) -> Result<T, TallyError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| wrong(path, error.to_string()))?;
        runtime.block_on(asked).map_err(|error| refused(path, &error))
    }

    /// The objects that a path stands for, in the order of their names: one, those of a
    /// pattern, or, where it ends with a slash, all data files below it.
    pub(in super::super) fn listed(path: &Path) -> Result<Vec<PathBuf>, TallyError> {
        let Place { bucket, key, store } = place(path)?;
        let pattern = key.contains(['*', '?', '[']);
        let folder = key.is_empty() || key.ends_with('/');
        if !pattern && !folder {
            return Ok(vec![path.to_path_buf()]);
        }
        let plain = key.find(['*', '?', '[']).map_or(key.as_str(), |at| &key[..at]);
        let prefix = plain.rsplit_once('/').map_or("", |(prefix, _)| prefix);
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
        let matches = glob::Pattern::new(&key).map_err(|error| wrong(path, format!("is no pattern: {}", error.msg)))?;
        let prefix = Key::parse(prefix).map_err(|error| wrong(path, error.to_string()))?;
        let all = waited(path, async { store.list(Some(&prefix)).try_collect::<Vec<_>>().await })?;
        let hidden = |name: &str| name.split('/').any(|part| part.starts_with(['.', '_']));
        let below = |name: &str| is_data(Path::new(name)) && !hidden(name.strip_prefix(key.as_str()).unwrap_or(name));
        let names = all.into_iter().map(|object| object.location.to_string());
        let wanted = names.filter(|name| if folder { below(name) } else { matches.matches_with(name, options) });
        let mut found: Vec<PathBuf> = wanted.map(|name| PathBuf::from(format!("{bucket}/{name}"))).collect();
        found.sort();
        match found.is_empty() {
            true if folder => Err(wrong(path, "there is no data file below it")),
            true => Err(wrong(path, "no object has such a name")),
            false => Ok(found),
        }
    }

    /// Copies an object into a file.
    pub(in super::super) fn fetch(path: &Path, into: &mut NamedTempFile) -> Result<(), TallyError> {
        let Place { key, store, .. } = place(path)?;
        let key = Key::parse(&key).map_err(|error| wrong(path, error.to_string()))?;
        let mut disk = None;
        let copied = waited(path, async {
            let mut parts = store.get(&key).await?.into_stream();
            while let Some(part) = parts.try_next().await? {
                if let Err(error) = into.write_all(&part) {
                    disk = Some(error);
                    break;
                }
            }
            Ok(())
        });
        match disk {
            Some(error) => Err(unkept(path, &error)),
            None => copied,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_paths() {
        for remote in ["s3://bucket/a.csv", "gs://b/x=1/*.parquet", "az://c/d/", "abfss://c@a.example/d.csv"] {
            assert!(is_remote(Path::new(remote)), "{remote}");
        }
        for local in ["a.csv", "/s3/a.csv", "s3:/a.csv", "file://a.csv", "-", "c:\\a.csv"] {
            assert!(!is_remote(Path::new(local)), "{local}");
        }
    }

    #[cfg(not(feature = "cloud"))]
    #[test]
    fn without_the_feature_it_is_said() {
        let message = listed(Path::new("s3://bucket/a.csv")).expect_err("not built").to_string();
        assert!(message.contains("--features cloud"), "{message}");
    }
}
