#!/usr/bin/env python3
"""Times whole audits beside what others need for the same columns, and prints Markdown.

usage: measure.py FOLDER [--rows 10000000] [--evenhand target/release/evenhand]

Data are made in FOLDER once (numpy, pyarrow). Each line is the best of three runs of a
whole process (Fairlearn: one), with its peak memory; peers (duckdb, polars, pyarrow) run in processes of
their own. See peers.md.
"""
import argparse, os, subprocess, sys, time
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

RACES = np.array(["White", "Black", "Hispanic", "Asian", "Native", "Other"])
FEATURES = ["age", "region", "income", "debt", "lines", "utilization", "tenure", "inquiries", "delinquencies", "loan"]
# Columns of text files with many of them.
WIDE = ["id", "race", "sex", "label", "pred", "score"] + FEATURES + ["a0", "a1"]


def block(rows, seed):
    g = np.random.default_rng(seed)
    race = g.choice(6, rows, p=[0.60, 0.18, 0.13, 0.06, 0.02, 0.01])
    sex = g.random(rows) < 0.51
    region = np.clip(np.rint(g.normal(np.array([5, 13, 16, 9, 18.5, 10])[race], 4.5)), 0, 19).astype(int)
    income = np.round(np.exp(g.normal(10.7 - 0.1 * (race == 1) + 0.1 * sex, 0.55)), 2)
    score = np.round(1 / (1 + np.exp(-(np.log(income) - 10.7 + g.normal(0, 1, rows)))), 6)
    columns = {
        "race": RACES[race], "sex": np.where(sex, "M", "F"),
        "age": np.clip(g.gamma(6, 7, rows) + 16, 18, 90).astype(np.int64),
        "region": np.char.add("R", region.astype(str)), "income": income,
        "debt": np.round(g.beta(2.2, 4.5, rows), 4), "lines": g.poisson(5, rows).astype(float),
        "utilization": np.round(g.beta(1.6, 2.6, rows), 4), "tenure": np.round(g.exponential(60, rows), 1),
        "inquiries": g.poisson(1.7, rows).astype(float), "delinquencies": g.poisson(0.5, rows).astype(float),
        "loan": np.round(income * g.lognormal(-1.2, 0.5, rows), 2),
        "label": (g.random(rows) < score).astype(np.int64), "score": score,
        "pred": (score >= 0.5).astype(np.int64), "id": np.arange(rows) + seed * rows,
    }
    for k in range(20):
        columns[f"a{k}"] = np.char.add("v", g.integers(0, 5, rows).astype(str))
    for n in (2, 20, 200):
        columns[f"l{n}"] = np.char.add("v", g.integers(0, n, rows).astype(str))
    return pa.table(columns)


def make(folder, rows):
    os.makedirs(folder, exist_ok=True)
    for n in sorted({rows // 10, rows}):
        path = f"{folder}/d{n}.parquet"
        if not os.path.exists(path):
            writer = None
            for seed in range(max(1, n // 1_000_000)):
                table = block(min(n, 1_000_000), seed)
                writer = writer or pq.ParquetWriter(path, table.schema)
                writer.write_table(table)
            writer.close()
    for k in range(10):
        if not os.path.exists(f"{folder}/ten-{k}.parquet"):
            os.link(f"{folder}/d{rows}.parquet", f"{folder}/ten-{k}.parquet")
    small = pq.read_table(f"{folder}/d{rows // 10}.parquet", columns=["race", "sex", "label", "pred", "id"])
    for name in ("d.csv", "d.csv.gz"):
        if not os.path.exists(f"{folder}/{name}"):
            pc.write_csv(small, pa.CompressedOutputStream(f"{folder}/{name}", "gzip") if name.endswith("gz") else f"{folder}/{name}")
    wide = pq.read_table(f"{folder}/d{rows // 10}.parquet", columns=WIDE)
    for name in ("wide.csv", "wide.csv.gz"):
        if not os.path.exists(f"{folder}/{name}"):
            pc.write_csv(wide, pa.CompressedOutputStream(f"{folder}/{name}", "gzip") if name.endswith("gz") else f"{folder}/{name}")
    if not os.path.exists(f"{folder}/d.arrow"):
        with pa.ipc.new_file(f"{folder}/d.arrow", wide.schema) as writer:
            writer.write_table(wide, max_chunksize=1 << 16)
    if not os.path.exists(f"{folder}/people.parquet"):
        order = np.random.default_rng(9).permutation(small.num_rows)
        pq.write_table(small.select(["id", "race", "sex"]).take(pa.array(order)), f"{folder}/people.parquet")
        pq.write_table(small.select(["id", "pred", "label"]), f"{folder}/outputs.parquet")


# What the makers of other tools would have one run for rates and differences by race, sex and race×sex.
FAIRLEARN = """
import pandas as pd
from sklearn.metrics import accuracy_score, precision_score
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
d = pd.read_parquet({file!r}, columns=["race", "sex", "label", "pred"])
numbers = dict(selection=selection_rate, tpr=true_positive_rate, fpr=false_positive_rate, ppv=precision_score, accuracy=accuracy_score)
for by in (["race"], ["sex"], ["race", "sex"]):
    frame = MetricFrame(metrics=numbers, y_true=d["label"], y_pred=d["pred"], sensitive_features=d[by])
    print(frame.by_group, frame.difference(), frame.ratio())
"""
AEQUITAS = """
import pandas as pd
from aequitas.bias import Bias
from aequitas.group import Group
d = pd.read_parquet({file!r}, columns=["race", "sex", "label", "pred"]).rename(columns=dict(label="label_value", pred="score"))
d["both"] = d["race"] + "/" + d["sex"]
table, _ = Group().get_crosstabs(d, attr_cols=["race", "sex", "both"])
against = dict(race="White", sex="M", both="White/M")
print(Bias().get_disparity_predefined_groups(table, original_df=d, ref_groups_dict=against, check_significance=False))
"""
REWEIGH = """
import duckdb
duckdb.sql(\"\"\"copy (with t as (select race, label, count(*) n from {file!r} group by all),
  w as (select race, label, sum(n) over (partition by race) * sum(n) over (partition by label) / sum(n) over () / n as weight from t)
  select r.id, w.weight from {file!r} r join w using (race, label)) to 'weights-duckdb.parquet' (format parquet)\"\"\")
"""


def best(command, times=3, **kwargs):
    """The best of several: seconds, and MiB of memory as GNU time has it."""
    found = (1e9, 0)
    for _ in range(times):
        start = time.time()
        done = subprocess.run(["/usr/bin/time", "-f", "%M", *command], capture_output=True, text=True, **kwargs)
        took = time.time() - start
        if done.returncode != 0:
            return None, done.stderr[-200:]
        found = min(found, (took, int(done.stderr.split()[-1]) // 1024))
    return found


def plan(path, attributes=("race", "sex"), crosses=(("race", "sex"),), more="", people=None):
    paths = path if isinstance(path, list) else [path]
    listed = ", ".join(f'"{p}"' for p in paths)
    text = f"[data]\npath = [{listed}]\n"
    text += f'demographics = {{ path = "{people}", on = "id" }}\n' if people else ""
    text += '[roles]\ndecision = { column = "pred", favourable = "1" }\nlabel = { column = "label", favourable = "1" }\n' + more
    text += "".join(f'[[attribute]]\ncolumn = "{a}"\n' for a in attributes)
    text += "".join(f"[[cross]]\nattributes = {list(c)}\n".replace("'", '"') for c in crosses)
    return text


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder")
    arguments.add_argument("--rows", type=int, default=10_000_000)
    arguments.add_argument("--evenhand", default="target/release/evenhand")
    given = arguments.parse_args()
    folder, rows, binary = os.path.abspath(given.folder), given.rows, os.path.abspath(given.evenhand)
    # In a process of its own, so that its memory is not that of others.
    if subprocess.run([sys.executable, "-c", f"import measure; measure.make({folder!r}, {rows})"],
                      cwd=os.path.dirname(os.path.abspath(__file__))).returncode:
        sys.exit("the data could not be made")
    full, small = f"d{rows}.parquet", f"d{rows // 10}.parquet"

    def audit(name, text):
        with open(f"{folder}/plan.toml", "w") as file:
            file.write(text)
        took, memory = best([binary, "audit", "plan.toml", "--out", "out"], cwd=folder)
        print(f"| evenhand: {name} | {took:.2f} s | {memory} MiB |" if took else f"| evenhand: {name} | {memory} | |", flush=True)

    def peer(name, code, module=None, times=3):
        if module and subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode:
            return print(f"| {name} | not installed | |", flush=True)
        took, memory = best([sys.executable, "-W", "ignore", "-c", code], times, cwd=folder)
        print(f"| {name} | {took:.2f} s | {memory} MiB |" if took else f"| {name} | {memory} | |", flush=True)

    features = "score = \"score\"\nfeatures = { include = [" + ", ".join(f'"{f}"' for f in FEATURES) + "] }\n"
    columns = ["race", "sex", "label", "pred"]
    everything = columns + ["score"] + FEATURES
    print("| what | time | peak memory |\n|---|---|---|")
    audit(f"A, {rows // 10:,} rows", plan(small))
    audit(f"A, {rows:,} rows", plan(full))
    audit(f"A, {10 * rows:,} rows in ten files", plan("ten-*.parquet"))
    peer(f"aequitas: A, {rows:,} rows, no intervals", AEQUITAS.format(file=full), "aequitas")
    peer(f"fairlearn: A, {rows // 10:,} rows, no intervals", FAIRLEARN.format(file=small), "fairlearn", 1)
    peer("duckdb: group by of the columns of A", f"import duckdb; duckdb.sql(\"select race, sex, label, pred, count(*) from '{full}' group by all\").fetchall()")
    peer("polars: the same", f"import polars as pl; pl.scan_parquet('{full}').group_by({columns}).len().collect(engine='streaming')")
    peer("pyarrow: reading the columns of A", f"import pyarrow.parquet as pq; pq.read_table('{full}', columns={columns})")
    audit(f"whole audit, {rows // 10:,} rows", plan(small, more=features))
    audit(f"whole audit, {rows:,} rows", plan(full, more=features))
    peer("pyarrow: reading the columns of the whole audit", f"import pyarrow.parquet as pq; pq.read_table('{full}', columns={everything})")
    with open(f"{folder}/d.csv") as file, open(f"{folder}/few.csv", "w") as few:
        few.writelines(line for line, _ in zip(file, range(2001)))
    audit("A, 2,000 rows", plan("few.csv"))
    pq.write_table(pq.read_table(f"{folder}/{small}").slice(0, 2000), f"{folder}/few.parquet")
    audit("race and sex with a score, 2,000 rows", plan("few.parquet", crosses=(), more="score = \"score\"\n"))
    audit("A with a score, 2,000 rows", plan("few.parquet", more="score = \"score\"\n"))
    audit("whole audit, 2,000 rows", plan("few.parquet", more=features))
    with open(f"{folder}/plan.toml", "w") as file:
        file.write(plan(full))
    took, memory = best([binary, "remedy", "reweigh", "plan.toml", "--for", "race", "--out", "weights.parquet"], cwd=folder)
    print(f"| evenhand: a weight for each of {rows:,} rows | {took:.2f} s | {memory} MiB |", flush=True)
    peer("duckdb: the same", REWEIGH.format(file=full))
    audit(f"A from CSV, {rows // 10:,} rows", plan("d.csv"))
    peer("polars: CSV, group by", f"import polars as pl; pl.scan_csv('d.csv').group_by({columns}).len().collect(engine='streaming')")
    audit(f"A from gzip, {rows // 10:,} rows", plan("d.csv.gz"))
    peer("polars: gzip, group by", f"import polars as pl; pl.scan_csv('d.csv.gz').group_by({columns}).len().collect(engine='streaming')")
    for kind, file in (("CSV", "wide.csv"), ("gzip", "wide.csv.gz")):
        audit(f"A from {kind} of {len(WIDE)} columns, {rows // 10:,} rows", plan(file))
        peer(f"polars: {kind} of {len(WIDE)} columns, group by", f"import polars as pl; pl.scan_csv('{file}').group_by({columns}).len().collect(engine='streaming')")
    audit(f"A from Arrow, {rows // 10:,} rows", plan("d.arrow"))
    peer("polars: Arrow, group by", f"import polars as pl; pl.scan_ipc('d.arrow').group_by({columns}).len().collect(engine='streaming')")
    audit(f"whole audit from CSV, {rows // 10:,} rows", plan("wide.csv", more=features))
    peer("polars: reading the columns of the whole audit from CSV", f"import polars as pl; pl.read_csv('wide.csv', columns={everything})")
    audit(f"A joined, {rows // 10:,} rows each", plan("outputs.parquet", people="people.parquet"))
    peer("polars: the join, group by", f"import polars as pl; pl.scan_parquet('outputs.parquet').join(pl.scan_parquet('people.parquet'), on='id').group_by({columns}).len().collect(engine='streaming')")
    for n in (1, 2, 5, 10, 20):
        audit(f"{n} attributes, {rows // 10:,} rows", plan(small, attributes=[f"a{k}" for k in range(n)], crosses=()))
    for n in (2, 20, 200):
        audit(f"{n} levels, {rows // 10:,} rows", plan(small, attributes=[f"l{n}"], crosses=()))
    audit(f"three-way intersection (150 groups), {rows // 10:,} rows", plan(small, attributes=["a0", "a1", "race"], crosses=[("a0", "a1", "race")]))


if __name__ == "__main__":
    main()
