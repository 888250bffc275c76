using Secronna.Cli.Trail;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Cli.Trail;

/// <summary>What <c>audit verify --deep</c> finds of a secret that the server stores.</summary>
public sealed class StoredSecretTests
{
    private const string Secret = "sec_00000000000000000000000003";

    private readonly LoggedVersions logged = new();
    private long sequence;

    public StoredSecretTests()
    {
        Write(1);
        Write(2);
        Write(3);
        Add("secret.destroy", 2, null);
        logged.Mark();
    }

    [Fact]
    public void A_secret_that_is_as_the_log_says_has_no_problem() => Finds(3, [Version(3), Destroyed(2), Version(1)]);

    [Fact]
    public void An_exchanged_version_is_found() =>
        Finds(3, [Version(3), Destroyed(2), Version(1, hash: 3)], "version 1 of web/production/A", "holds another sealed value");

    [Fact]
    public void A_version_that_was_added_is_found_and_so_is_the_pointer_to_it() => Finds(
        4, [Version(4), Version(3), Destroyed(2), Version(1)], "version 4 of web/production/A", "was added without the log",
        "points to version 4, but by the log version 3 was written last");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_pointer_that_was_moved_back_is_found(int current) => Finds(
        current, [Version(3), Destroyed(2), Version(1)], $"points to version {current}, but by the log version 3 was written last");

    [Fact]
    public void A_destroyed_version_that_was_brought_back_is_found() =>
        Finds(3, [Version(3), Version(2), Version(1)], "version 2 of web/production/A", "although by the log it was destroyed");

    [Fact]
    public void A_version_that_was_destroyed_without_the_log_is_found() =>
        Finds(3, [Version(3), Destroyed(2), Destroyed(1)], "version 1 of web/production/A", "the log doesn't say by whom");

    [Fact]
    public void A_version_whose_value_was_removed_is_found() =>
        Finds(3, [Version(3), Destroyed(2), Version(1) with { BoxHash = null }], "version 1 of web/production/A", "has no sealed value");

    [Fact]
    public void A_version_whose_row_was_removed_is_found() => Finds(3, [Version(3), Version(1)], "version 2 of web/production/A", "is missing");

    [Fact]
    public void A_deleted_secret_that_was_brought_back_is_found()
    {
        Add("secret.delete", null, null);
        Finds(3, [Version(3), Destroyed(2), Version(1)]);
        logged.Mark();
        Finds(3, [Version(3), Destroyed(2), Version(1)], "although by the log it was deleted");
    }

    [Fact]
    public void Changes_while_the_secret_was_read_are_none_once_the_log_covers_them()
    {
        var read = new[] { Version(4), Version(3), Destroyed(2), Destroyed(1) };
        Assert.NotEmpty(Problems(3, read));
        Write(4);
        Add("secret.destroy", 1, null);
        Finds(3, read);
        Finds(4, read);
        // The log is ahead of what was read.
        Write(5);
        Add("secret.destroy", 3, null);
        Finds(4, read);
    }

    private static VersionResponse Version(int version, int? hash = null) => new(
        version, "written", new Instant(0), "key_1", null, null, BoxHash.Of([(byte)(hash ?? version)]).ToString());

    private static VersionResponse Destroyed(int version) => Version(version) with { Destroyed = true, BoxHash = null };

    private List<string> Problems(int current, VersionResponse[] versions) =>
        [.. new StoredSecret(Secret, "web/production/A", current, versions).ProblemsBy(logged)];

    private void Finds(int current, VersionResponse[] versions, params string[] said)
    {
        var problems = string.Join('\n', Problems(current, versions));
        Assert.Equal(said.Length == 0, problems.Length == 0);
        Assert.All(said, text => Assert.Contains(text, problems, StringComparison.Ordinal));
    }

    private void Write(int version) => Add("secret.write", version, BoxHash.Of([(byte)version]));

    private void Add(string action, int? version, BoxHash? hash) => logged.Add(++sequence, TrailEntryFormat.Encode(new TrailEntry
    {
        WorkspaceId = "acc_1",
        Id = "aud_00000000000000000000000001",
        ActorType = "api_key",
        ActorId = "key_1",
        Action = action,
        Outcome = "success",
        ProjectId = "proj_00000000000000000000000001",
        EnvironmentId = "env_00000000000000000000000002",
        SecretId = Secret,
        Version = version,
        BoxHash = hash,
    }));
}
