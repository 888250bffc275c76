using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class LoggedVersionsTests
{
    private static readonly string Project = Id("proj", 1);
    private static readonly string Environment = Id("env", 2);
    private static readonly string Secret = Id("sec", 3);
    private static readonly BoxHash One = BoxHash.Of([1]);
    private static readonly BoxHash Two = BoxHash.Of([2]);

    private readonly LoggedVersions logged = new();
    private long sequence;

    [Fact]
    public void A_write_and_a_rollback_say_which_ciphertext_a_version_has_and_which_is_the_last()
    {
        Write(1, One);
        Add("secret.rollback", entry => entry with { SecretId = Secret, EnvironmentId = Environment, Version = 2, BoxHash = Two });
        Assert.Equal((One, Two, 2, 2), (logged.Find(Secret, 1), logged.Find(Secret, 2), logged.FindLast(Secret), logged.Count));
        Assert.Null(logged.Find(Secret, 3));
        Assert.Null(logged.FindLast(Id("sec", 9)));
    }

    [Theory]
    [InlineData("denied")]
    [InlineData("failed")]
    public void What_was_not_done_says_nothing(string outcome)
    {
        Write(1, One);
        Add("secret.write", entry => entry with { Outcome = outcome, SecretId = Secret, EnvironmentId = Environment, Version = 2, BoxHash = Two });
        Add("secret.delete", entry => entry with { Outcome = outcome, SecretId = Secret });
        Add("secret.destroy", entry => entry with { Outcome = outcome, SecretId = Secret, Version = 1 });
        logged.Mark();
        Assert.Equal((1, false, false), (logged.FindLast(Secret), logged.WasDeleted(Secret), logged.IsDestroyed(Secret, 1)));
    }

    [Fact]
    public void The_list_of_a_migration_counts_as_writes()
    {
        Add("trail.migrate", entry => entry with { Details = MigratedVersions.Write([(Secret, 1, One), ("imported", 7, Two)]) });
        Assert.Equal((One, Two, 7), (logged.Find(Secret, 1), logged.Find("imported", 7), logged.FindLast("imported")));
        // Nothing says which environment they are in, so they may have been deleted with it.
        logged.Mark();
        Assert.Empty(logged.Remaining());
        Assert.Throws<FormatException>(() => Add("trail.migrate", entry => entry with { Details = "{}" }));
    }

    [Theory]
    [InlineData("secret.delete")]
    [InlineData("environment.delete")]
    [InlineData("project.delete")]
    public void A_secret_is_deleted_by_itself_or_with_what_it_is_in(string action)
    {
        Write(1, One);
        logged.Mark();
        Assert.Equal([Secret], logged.Remaining());
        Add(action, entry => entry with
        {
            ProjectId = Project,
            EnvironmentId = action == "project.delete" ? null : Environment,
            SecretId = action == "secret.delete" ? Secret : null,
        });
        Assert.Empty(logged.Remaining());
        Assert.False(logged.WasDeleted(Secret));
        logged.Mark();
        Assert.True(logged.WasDeleted(Secret));
    }

    [Fact]
    public void The_mark_keeps_what_held_before_it()
    {
        Write(1, One);
        logged.Mark();
        Write(2, Two);
        Add("secret.destroy", entry => entry with { SecretId = Secret, EnvironmentId = Environment, Version = 1 });
        Assert.Equal((2, 1), (logged.FindLast(Secret), logged.FindLastAtMark(Secret)));
        Assert.Equal((true, false), (logged.IsDestroyed(Secret, 1), logged.WasDestroyed(Secret, 1)));
        logged.Mark();
        Assert.Equal((2, true), (logged.FindLastAtMark(Secret), logged.WasDestroyed(Secret, 1)));
    }

    [Fact]
    public void An_entry_counts_once()
    {
        Write(1, One);
        Write(2, Two);
        sequence = 0;
        Write(1, Two);
        Assert.Equal((One, 2, 2L), (logged.Find(Secret, 1), logged.FindLast(Secret), logged.Size));
    }

    private static string Id(string prefix, int number) => $"{prefix}_{number:D26}";

    private void Write(int version, BoxHash hash) => Add("secret.write", entry => entry with
    {
        SecretId = Secret, EnvironmentId = Environment, ProjectId = Project, Version = version, BoxHash = hash,
    });

    private void Add(string action, Func<TrailEntry, TrailEntry> with) => logged.Add(++sequence, TrailEntryFormat.Encode(with(new TrailEntry
    {
        WorkspaceId = "acc_1", Id = Id("aud", 1), ActorType = "api_key", ActorId = "key_1", Action = action, Outcome = "success",
    })));
}
