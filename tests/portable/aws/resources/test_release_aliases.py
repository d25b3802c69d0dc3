"""Releases beside aliases that somebody else made, or deleted."""

from __future__ import annotations

from .test_release_killed import ONE, TWO, deploy, model_after, target_of


class TestOtherAliases:
    def test_a_version_that_an_alias_of_the_users_points_to_is_never_deleted(self) -> None:
        model = model_after(ONE)
        model.aliases["stable"] = {"FunctionVersion": "1", "RevisionId": "r0"}

        for target in (target_of(256, keep=1), target_of(384, keep=1), target_of(512, keep=1)):
            deploy(model, target)

        assert list(model.versions) == ["1", "3", "4"]

    def test_nor_is_one_that_only_has_a_weight_in_it(self) -> None:
        model = model_after(ONE, TWO)
        weights = {"AdditionalVersionWeights": {"1": 0.5}}
        model.aliases["stable"] = {"FunctionVersion": "2", "RevisionId": "r0", "RoutingConfig": weights}

        deploy(model, target_of(384, keep=1))
        deploy(model, target_of(512, keep=1))

        assert list(model.versions) == ["1", "2", "3", "4"]

    def test_live_that_was_deleted_by_hand_is_made_anew_beside_previous(self) -> None:
        model = model_after(ONE, TWO)
        del model.aliases["live"]

        deploy(model, target_of(256, keep=1))

        assert model.pointing() == {"live": ("2", {}), "previous": ("1", {})}
