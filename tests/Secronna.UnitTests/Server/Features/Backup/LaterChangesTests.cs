using Secronna.Protocol;
using Secronna.Server.Features.Backup;
using Xunit;

namespace Secronna.UnitTests.Server.Features.Backup;

/// <summary>A trail says what was taken away after a backup was made.</summary>
public sealed class LaterChangesTests
{
    private readonly LaterChanges changes = new();

    [Fact]
    public void Each_kind_of_taking_away_is_collected_where_it_succeeded()
    {
        Add("project.delete", new AuditMetadata { ProjectId = "proj_1" });
        Add("environment.delete", new AuditMetadata { ProjectId = "proj_1", EnvironmentId = "env_1" });
        Add("secret.delete", new AuditMetadata { SecretId = "sec_1" });
        Add("secret.destroy", new AuditMetadata { SecretId = "sec_2", Version = 3 });
        Add("api_key.revoke", new AuditMetadata { TargetId = "key_1" });
        Add("access_key.revoke", new AuditMetadata { TargetId = "key_2" });
        Add("secret.delete", new AuditMetadata { SecretId = "sec_denied" }, AuditOutcomes.Denied);
        Add("secret.write", new AuditMetadata { SecretId = "sec_written", Version = 1 });
        Assert.Equal(["proj_1"], changes.Projects);
        Assert.Equal(["env_1"], changes.Environments);
        Assert.Equal(["sec_1"], changes.Secrets);
        Assert.Equal([("sec_2", 3)], changes.Versions);
        Assert.Equal(["key_1"], changes.ApiKeys);
        Assert.Equal(["key_2"], changes.AccessKeys);
        Assert.Empty(changes.ChangedKeys);
    }

    [Fact]
    public void The_last_decision_about_a_workspace_counts()
    {
        Assert.False(changes.IsDenied);
        Add("workspace.deny", new AuditMetadata());
        Assert.True(changes.IsDenied);
        Add("workspace.allow", new AuditMetadata());
        Assert.False(changes.IsDenied);
    }

    [Fact]
    public void The_last_change_of_a_key_counts_and_its_parts_are_put_together()
    {
        Change(null, ["old"], ["wide"]);
        Change(1, ["wide"], ["a"]);
        Change(2, [], ["b"]);
        Change(3, ["more"], []);
        Assert.Equal(["a", "b"], changes.ChangedKeys["key_1"].Grants!.Select(grant => grant.Path));
        Add("access_key.update", new AuditMetadata { TargetId = "key_1", After = new AuditedFields { ExpiresAt = new Instant(5) } });
        Assert.Equal((2, 5L), (changes.ChangedKeys["key_1"].Grants!.Count, changes.ChangedKeys["key_1"].ExpiresAt!.Value.Microseconds));
        Change(null, ["a", "b"], []);
        Assert.Empty(changes.ChangedKeys["key_1"].Grants!);
    }

    [Fact]
    public void A_new_name_takes_nothing_away()
    {
        Add("access_key.update", new AuditMetadata { TargetId = "key_1", Before = new AuditedFields { Name = "a" }, After = new AuditedFields { Name = "b" } });
        Assert.Equal(new LaterKey(null, null), changes.ChangedKeys["key_1"]);
    }

    private void Change(int? part, string[] before, string[] after) => Add("access_key.update", new AuditMetadata
    {
        TargetId = "key_1",
        Part = part,
        Before = new AuditedFields { Grants = Grants(before) },
        After = new AuditedFields { Grants = Grants(after) },
    });

    private static List<Grant> Grants(string[] paths) => [.. paths.Select(path => new Grant(path, ["reveal"]))];

    private void Add(string action, AuditMetadata metadata, string outcome = AuditOutcomes.Success) => changes.Add(new AuditResponse(
        "aud_1", 1, new Instant(1), ActorTypes.Operator, "root", action, outcome, null, null, null, null, null, metadata));
}
