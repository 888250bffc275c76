using Secronna.Protocol;
using Secronna.Server.Features.PointInTime;
using Secronna.Storage.Tables;
using Xunit;

namespace Secronna.UnitTests.Server.Features;

/// <summary>The plan of a restore: the changes that bring the secrets back to their state at an earlier instant.</summary>
public sealed class RestorePlanTests
{
    [Fact]
    public void The_plan_says_for_each_secret_what_happens_to_it()
    {
        var changes = Changes(
            [Row("s1", "SAME", 2), Row("s2", "OLDER", 1), Row("s3", "GONE", 7)],
            [Row("s1", "SAME", 2), Row("s2", "OLDER", 4), Row("s4", "NEW", 1), Row("s5", "KEPT", 3)],
            secret => secret.Key == "NEW");

        Assert.Equal(
            [
                new("GONE", "s3", "unrecoverable"), new("KEPT", "s5", "created_since"), new("NEW", "s4", "pruned"),
                new("OLDER", "s2", "restored", 4, 1, 5), new("SAME", "s1", "unchanged"),
            ],
            changes);
    }

    [Fact]
    public void Of_two_secrets_with_the_same_key_the_deleted_one_comes_first()
    {
        var changes = Changes([Row("s1", "KEY", 3)], [Row("s2", "KEY", 1)], _ => true);
        Assert.Equal(["s1 unrecoverable", "s2 pruned"], changes.Select(change => $"{change.SecretId} {change.Result}"));
    }

    [Fact]
    public void A_later_version_counts_as_changed_even_if_a_rollback_gave_it_the_same_value()
    {
        var change = Assert.Single(Changes([Row("s1", "KEY", 1)], [Row("s1", "KEY", 3)], _ => false));
        Assert.Equal(("restored", 3, 1, 4), (change.Result, change.From, change.To, change.Version));
    }

    [Fact]
    public void An_environment_without_secrets_then_and_now_has_no_changes() => Assert.Empty(Changes([], [], _ => true));

    [Theory]
    [InlineData("s1", 1, "s1", 1, false, "same")]
    [InlineData("s1", 1, "s1", 2, false, null)]
    [InlineData("s1", 1, "s2", 1, false, null)]
    [InlineData("s1", 1, "s2", 1, true, "different")]
    [InlineData("s1", 1, "s1", 2, true, "different")]
    [InlineData("s1", 1, "s1", 1, true, "same")]
    public void Values_of_a_key_on_both_sides_are_opened_unless_the_version_is_the_same_or_was_deleted_since(
        string here, int version, string there, int otherVersion, bool isDeleted, string? result)
    {
        var left = Row(here, "KEY", version) with { IsDeletedSince = isDeleted };
        Assert.Equal(result, Assert.Single(ComparedKey.Pair([left], [Row(there, "KEY", otherVersion)])).Result);
        Assert.Equal(result, Assert.Single(ComparedKey.Pair([Row(there, "KEY", otherVersion)], [left])).Result);
    }

    [Fact]
    public void Keys_on_only_one_side_are_listed_with_their_side_in_the_order_of_bytes() => Assert.Equal(
        ["B only_here", "a only_there", "b only_here"],
        ComparedKey.Pair([Row("s1", "B", 1), Row("s2", "b", 1)], [Row("s3", "a", 1)]).Select(key => $"{key.Key} {key.Result}"));

    [Fact]
    public void The_plan_has_the_secrets_to_open_the_secrets_to_delete_and_the_bytes_to_restore()
    {
        SecretRow[] then = [Row("s1", "SAME", 2, 162), Row("s2", "OLDER", 1, 72), Row("s3", "GONE", 7)];
        SecretRow[] now = [Row("s1", "SAME", 2), Row("s2", "OLDER", 4), Row("s4", "NEW", 3)];

        var plan = RestorePlan.Compute(Place, Kek, then, now, _ => true);

        Assert.Equal([then[0], then[1]], plan.Restorable);
        Assert.Equal([now[2]], plan.Pruned);
        Assert.Equal("OLDER", Assert.Single(plan.Restored).Key);
        Assert.Equal((10, 110), (plan.RestoredBytes, plan.RestorableBytes));
    }

    private static EnvironmentRow Place { get; } = new("env_x", "acc_x", "proj_x", "web", "Production", "production", "Web", 0, 0);

    private static KekRow Kek { get; } = null!;

    private static IReadOnlyList<RestoreChange> Changes(SecretRow[] then, SecretRow[] now, Func<SecretRow, bool> isPruned) =>
        RestorePlan.Compute(Place, Kek, then, now, isPruned).Changes;

    private static SecretRow Row(string id, string key, int version, int bytes = 0) =>
        new(id, "acc_x", "proj_x", "env_x", "web", "production", key, version, 0, 0) { SealedBytes = bytes };
}
