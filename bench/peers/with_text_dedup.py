"""text-dedup: its own command ``text_dedup.minhash``, then the clusters that it leaves behind."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile

from glue import NGRAM, PERMUTATIONS, THRESHOLD, corpus

with tempfile.TemporaryDirectory() as folder:
    kept = os.path.join(folder, "kept")
    subprocess.run(
        [
            sys.executable, "-m", "text_dedup.minhash",
            "--path", "json", "--data_files", os.path.abspath(sys.argv[1]), "--split", "train",
            "--cache_dir", os.path.join(folder, "cache"), "--output", kept, "--debug",
            "--column", "text", "--batch_size", "10000", "--num_proc", "1",
            "--ngram", str(NGRAM), "--num_perm", str(PERMUTATIONS), "--threshold", str(THRESHOLD),
        ],
        check=True,
        stdout=sys.stderr,
        env={**os.environ, "HF_HOME": os.path.join(folder, "home"), "HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    # The program under test wrote this file a moment ago; nothing else can have.
    with open(os.path.join(kept, "uf.pkl"), "rb") as stream:
        clusters = pickle.load(stream)

sys.stdout.writelines(f"{one}\t{clusters.find(row)}\n" for row, (one, _) in enumerate(corpus()))
