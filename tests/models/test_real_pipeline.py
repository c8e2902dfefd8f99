"""A real transformers pipeline with a tiny model made on the spot, and mlflow's real local file store.

Run by ``make test-models``, in an environment of its own: torch is large. Nothing is downloaded but the packages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client

import pegboard as pb


def tiny_classifier() -> Any:
    """A text classifier of two layers with random weights, over a vocabulary of seven words."""
    import torch
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[PAD]", "[UNK]", "good", "bad", "film", "a", "the"]
    inner = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", model_max_length=16
    )
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=16, num_labels=2,
        id2label={0: "dull", 1: "fine"}, label2id={"dull": 0, "fine": 1},
    )  # fmt: skip
    model = transformers.BertForSequenceClassification(config).eval()
    model.config._name_or_path = "local/tiny"
    return transformers.pipeline("text-classification", model=model, tokenizer=tokenizer, top_k=None)


def test_real_pipeline_becomes_a_page_and_gives_its_own_scores() -> None:
    pipeline = tiny_classifier()
    demo = pb.Interface.from_pipeline(pipeline)
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_port=0)
    try:
        client = Client(url, verbose=False)
        (endpoint,) = client.view_api(return_format="dict")["named_endpoints"]
        answer = client.predict("a good film", api_name=endpoint)
    finally:
        demo.close()

    expected = {item["label"]: item["score"] for item in pipeline("a good film")}
    given = {item["label"]: item["confidence"] for item in answer["confidences"]}
    assert demo.title == "local/tiny"
    assert given == pytest.approx(expected, abs=1e-6)
    assert answer["label"] == max(expected, key=expected.__getitem__)
    assert sum(given.values()) == pytest.approx(1)


def test_mlflow_keeps_the_address_in_its_local_store(tmp_path: Path, monkeypatch: Any) -> None:
    import mlflow

    # Newer releases keep plain files only when asked to.
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri(tmp_path.as_uri())
    demo = pb.Interface(lambda text: text, "textbox", "textbox")
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_port=0)
    try:
        with mlflow.start_run() as run:
            demo.integrate(mlflow=mlflow)
    finally:
        demo.close()

    kept = mlflow.get_run(run.info.run_id).data.params
    assert kept == {"Pegboard Interface Local Link": url}
