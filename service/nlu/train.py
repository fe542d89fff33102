"""Training of the classifier from the texts in `texts/`, with scikit-learn; writes `model.bin`:
`python -m service.nlu.train`."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

from service.catalogue.categories import all_categories
from service.nlu.classifier import BUCKETS, MODEL, features

TEXTS = Path(__file__).with_name("texts")
# Chosen by five-fold cross-validation over the texts; the scores are probabilities without
# calibration.
STRENGTH = 60.0


def examples() -> list[tuple[str, str, str]]:
    """Return all texts with their category and language."""
    return [
        (line.strip(), code, language)
        for code in all_categories()
        for language in ("en", "ru")
        for line in (TEXTS / f"{code}.{language}.txt").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def matrix(texts: list[str]) -> Any:
    """Return the features of texts as a sparse matrix."""
    from scipy.sparse import csr_matrix

    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        for bucket, value in features(text).items():
            rows.append(row)
            columns.append(bucket)
            values.append(value)
    return csr_matrix((values, (rows, columns)), shape=(len(texts), BUCKETS))


def fit(texts: list[str], categories: list[str]) -> Any:
    """Fit a multinomial logistic regression."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=STRENGTH, max_iter=300).fit(matrix(texts), categories)


def digest() -> str:
    """Return the SHA-256 of the training texts."""
    return hashlib.sha256(json.dumps(examples(), ensure_ascii=False).encode()).hexdigest()


def save(model: Any, path: Path = MODEL) -> None:
    """Write the weights as signed bytes, with one scale for all."""
    scale = float(abs(model.coef_).max()) / 127
    weights = (model.coef_.T / scale).round().astype("int8")
    head = {
        "categories": list(model.classes_),
        "scale": scale,
        "bias": [float(b) for b in model.intercept_],
        "texts": digest(),
    }
    path.write_bytes(json.dumps(head).encode() + b"\n" + zlib.compress(weights.tobytes(), 9))


def main() -> None:
    """Train on all texts and write the model."""
    texts, categories, _ = zip(*examples(), strict=True)
    save(fit(list(texts), list(categories)))
    print(f"{len(texts)} texts, {MODEL.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
