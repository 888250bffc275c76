using System.Globalization;
using System.Text.RegularExpressions;
using Secronna.Crypto.Trail;

namespace Secronna.EndToEndTests.Backup;

/// <summary><c>backup verify</c> finds what was done to the trail with access to the database, and says where.</summary>
public sealed partial class TrailVerifyTests(SampleBackup backup) : IClassFixture<SampleBackup>
{
    private const string DropTriggers = "DROP TRIGGER trail_segments_stay; DROP TRIGGER trail_segments_keep; ";
    private const string Workspace = "workspace_id = 'acc_e2e'";

    // A segment with one entry, and one with several.
    private const string One = Workspace + " AND first_sequence = @one";
    private const string Several = Workspace + " AND first_sequence = @first";

    [Theory]
    [InlineData("DELETE FROM trail_segments WHERE " + One, "entry @one of the trail of workspace acc_e2e is missing")]
    [InlineData("DELETE FROM trail_segments WHERE " + Several, "entries @first to @last of the trail of workspace acc_e2e are missing")]
    [InlineData("DELETE FROM trail_segments WHERE first_sequence < @first AND " + Workspace, "entries 1 to @before of the trail of workspace acc_e2e are missing")]
    [InlineData("UPDATE trail_segments SET first_sequence = first_sequence + 1 WHERE workspace_id = ''", "entry 1 of the installation's trail is missing")]
    [InlineData("INSERT INTO trail_segments SELECT workspace_id, @first + 1, count, at, format, entries FROM trail_segments WHERE " + One, "entry @second of the trail of workspace acc_e2e is there twice")]
    [InlineData("DROP INDEX trail_segments_by_sequence; INSERT INTO trail_segments SELECT * FROM trail_segments WHERE " + Several, "entries @first to @last of the trail of workspace acc_e2e are there twice")]
    [InlineData("UPDATE trail_segments SET at = 1 WHERE " + One, "entry @one of the trail of workspace acc_e2e is older than the entry before it")]
    [InlineData("UPDATE trail_segments SET at = at + 9000000000 WHERE " + One, "entry @next of the trail of workspace acc_e2e is older than the entry before it")]
    [InlineData("UPDATE trail_segments SET entries = x'0003ffffff' WHERE " + One, "entry @one of the trail of workspace acc_e2e is damaged: ")]
    [InlineData("UPDATE trail_segments SET entries = substr(entries, 1, length(entries) - 1) WHERE " + Several, "the trail of workspace acc_e2e: the segment of the audit entries from @first on is damaged")]
    [InlineData("UPDATE trail_segments SET entries = CAST(entries || x'0001a0' AS BLOB) WHERE " + Several, "the trail of workspace acc_e2e: the segment of the audit entries from @first on is damaged")]
    [InlineData("UPDATE trail_segments SET count = count + 1 WHERE " + Several, "the trail of workspace acc_e2e: the segment of the audit entries from @first on is damaged")]
    [InlineData("UPDATE trail_segments SET count = count - 1 WHERE " + Several, "entry @last of the trail of workspace acc_e2e is missing")]
    [InlineData("UPDATE trail_segments SET format = 2 WHERE " + One, "the trail of workspace acc_e2e: the audit entries from @one on have format 2, which this program does not know")]
    [InlineData("UPDATE trail_segments SET workspace_id = 'acc_none' WHERE " + One, "entry @one of the trail of workspace acc_e2e is missing")]
    public async Task Each_kind_of_damage_is_named_with_its_place_and_with_the_missing_triggers(string damage, string problem)
    {
        var problems = await ProblemsAsync(DropTriggers + damage, problem);
        Assert.Contains("the trigger trail_segments_keep, which keeps audit entries from being changed, is missing", problems, StringComparison.Ordinal);
        Assert.Contains("the trigger trail_segments_stay, which keeps audit entries from being changed, is missing", problems, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_of_a_workspace_that_does_not_exist_are_found() => await ProblemsAsync(
        $"INSERT INTO trail_segments SELECT 'acc_none', 1, count, at, format, entries FROM trail_segments WHERE {One}",
        "there are audit entries of workspace acc_none, but no such workspace", count: 1);

    [Theory]
    [InlineData("trail_segments_keep")]
    [InlineData("trail_segments_stay")]
    public async Task Each_missing_trigger_is_found(string trigger) => await ProblemsAsync(
        $"DROP TRIGGER {trigger}", $"the trigger {trigger}, which keeps audit entries from being changed, is missing", count: 1);

    [Fact]
    public async Task Where_the_end_of_a_trail_was_cut_off_the_versions_that_it_recorded_are_named()
    {
        using var folder = new TemporaryFolder();
        var secret = SqliteFile.One<string>(
            backup.File, $"SELECT secret_id FROM audit_entries WHERE key = 'LARGE' AND action = 'secret.write' AND {Workspace}");
        var sequence = SqliteFile.One<long>(backup.File, $"SELECT sequence FROM audit_entries WHERE secret_id = '{secret}' AND version = 1");
        var problems = await ProblemsAsync(
            $"{DropTriggers}DELETE FROM trail_segments WHERE first_sequence >= {sequence} AND {Workspace}",
            $"version 1 of secret {secret} was added without the trail, which does not name it");
        Assert.DoesNotContain(" missing\nentr", problems, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"versions":[["sec_00000000000000000000000000",1,"00"]]}""")]
    [InlineData("""{"versions":[["sec_00000000000000000000000000"]]}""")]
    [InlineData("""{"versions":1}""")]
    [InlineData("{}")]
    [InlineData("no list")]
    public async Task A_list_of_versions_that_cannot_be_read_is_named(string details)
    {
        var entry = TrailEntryFormat.Encode(new TrailEntry
        {
            WorkspaceId = "acc_e2e",
            Id = "aud_00000000000000000000000000",
            ActorType = "operator",
            ActorId = "root",
            Action = "trail.migrate",
            Outcome = "success",
            Details = details,
        });
        await ProblemsAsync(
            $"INSERT INTO trail_segments SELECT workspace_id, @end + 1, 1, max(at), format, x'{entry.Length:X4}{Convert.ToHexString(entry)}' FROM trail_segments WHERE {Workspace}",
            "entry @new of the trail of workspace acc_e2e is damaged: the list of versions can't be read", count: 1);
    }

    /// <summary>Damages a copy of the backup, and expects a problem. Returns all problems.</summary>
    /// <param name="damage">The SQL that damages the copy.</param>
    /// <param name="problem">The expected problem.</param>
    /// <param name="count">The number of problems; <c>null</c> if it does not matter.</param>
    private async Task<string> ProblemsAsync(string damage, string problem, int? count = null)
    {
        using var folder = new TemporaryFolder();
        var file = folder["copy.db"];
        File.Copy(backup.File, file);
        var places = Places(file);
        using (var direct = SqliteFile.ConnectDirectly(SqliteFile.ConnectionString(file)))
        {
            direct.Run(Resolve(damage));
        }

        var ended = await backup.Installation.RunAsync("backup", "verify", file);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(Resolve(problem), ended.Error, StringComparison.Ordinal);
        if (count is not null)
        {
            Assert.Contains($"{count} problem(s) in {file}:", ended.Error, StringComparison.Ordinal);
        }

        return ended.Error;

        string Resolve(string text) => Place().Replace(text, match => places[match.Value].ToString(CultureInfo.InvariantCulture));
    }

    // Numbers of entries: those around the segment with one entry and around the one with several, and the trail's end.
    private static Dictionary<string, long> Places(string file)
    {
        var several = Segment("count > 2");
        var count = SqliteFile.One<long>(file, $"SELECT count FROM trail_segments WHERE first_sequence = {several} AND {Workspace}");
        var one = Segment($"count = 1 AND first_sequence > {several}");
        var end = SqliteFile.One<long>(file, $"SELECT max(first_sequence + count - 1) FROM trail_segments WHERE {Workspace}");
        return new()
        {
            ["@before"] = several - 1, ["@first"] = several, ["@second"] = several + 1, ["@last"] = several + count - 1,
            ["@one"] = one, ["@next"] = one + 1, ["@end"] = end, ["@new"] = end + 1,
        };

        long Segment(string where) =>
            SqliteFile.One<long>(file, $"SELECT min(first_sequence) FROM trail_segments WHERE {where} AND {Workspace}");
    }

    [GeneratedRegex("@[a-z]+")]
    private static partial Regex Place();
}
