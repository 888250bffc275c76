using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>Restores an environment to an instant: the report, the changes and the audit entries (S14).</summary>
[DependsOnTransactions]
public sealed class RestoreTests(SharedServer shared)
{
    private const string DryRun = ""","dryRun":true""";
    private const string Prune = ""","prune":true""";

    [Fact]
    public async Task A_restore_does_what_its_dry_run_reported()
    {
        var (environment, at) = await NewChangedAsync();
        var before = await environment.RevealedAsync();
        string[] changes = ["ADDED created_since", "CHANGED restored 3 1 4", "DELETED unrecoverable", "SAME unchanged"];

        var dry = await environment.RestoreAsync(at, DryRun);

        Assert.Equal(changes, dry.Changes());
        Assert.Equal((at, true), (dry.Data.Text("at"), dry.Data.GetProperty("dryRun").GetBoolean()));
        Assert.Equal(before, await environment.RevealedAsync());
        Assert.Empty(await environment.Workspace.AuditAsync("action=environment.restore"));

        var done = await environment.RestoreAsync(at, ""","comment":"last good state" """);

        Assert.Equal(changes, done.Changes());
        Assert.Equal("at,dryRun,changes", done.Data.Names());
        Assert.False(done.Data.GetProperty("dryRun").GetBoolean());
        Assert.Equal(["ADDED 1 new", "CHANGED 4 one", "SAME 1 same"], await environment.RevealedAsync());
        var newest = (await environment.HistoryAsync())[0];
        Assert.Equal("at,change,key,secretId,version,by,comment", newest.Names());
        Assert.Equal(
            ("restored", "CHANGED", 4, environment.Workspace.ApiKeyId, "last good state"),
            (newest.Text("change"), newest.Text("key"), newest.Number("version"), newest.Text("by"), newest.Text("comment")));
    }

    [Fact]
    public async Task A_restore_can_itself_be_undone_by_a_restore()
    {
        var (environment, at) = await NewChangedAsync();
        var (before, undo) = (await environment.RevealedAsync(), await environment.LastInstantAsync());
        (await environment.RestoreAsync(at)).Is(200);

        Assert.Equal(["ADDED unchanged", "CHANGED restored 4 3 5", "SAME unchanged"], (await environment.RestoreAsync(undo)).Changes());

        Assert.Equal(before.Select(line => line.Replace(" 3 ", " 5 ", StringComparison.Ordinal)), await environment.RevealedAsync());
    }

    [Fact]
    public async Task A_pruning_restore_deletes_secrets_created_since()
    {
        var (environment, at) = await NewChangedAsync();
        string[] changes = ["ADDED pruned", "CHANGED restored 3 1 4", "DELETED unrecoverable", "SAME unchanged"];
        var dry = await environment.RestoreAsync(at, DryRun + Prune);
        Assert.Equal(changes, dry.Changes());
        var added = dry.Data.GetProperty("changes").EnumerateArray().First().Text("secretId");

        Assert.Equal(changes, (await environment.RestoreAsync(at, Prune)).Changes());

        Assert.Equal(["CHANGED 4 one", "SAME 1 same"], await environment.RevealedAsync());
        (await environment.RevealAsync(added)).IsError(404, "NOT_FOUND");
        Assert.Equal(0, environment.Server.Count(
            "SELECT count(*) FROM secret_versions WHERE secret_id = @id AND (ciphertext IS NOT NULL OR wrapped_data_key IS NOT NULL)", ("@id", added)));
    }

    [Fact]
    public async Task Each_changed_key_is_recorded_and_then_the_restore()
    {
        var (environment, at) = await NewChangedAsync();

        var reply = (await environment.RestoreAsync(at, Prune)).Is(200);

        var entries = (await environment.Workspace.AuditAsync()).FindAll(entry => entry.Text("requestId") == reply.RequestId);
        Assert.All(entries, entry => Assert.Equal(
            ("success", environment.Id, environment.Workspace.ApiKeyId),
            (entry.Text("outcome"), entry.GetProperty("metadata").Text("environmentId"), entry.Text("actorId"))));
        entries.Reverse();
        Assert.Equal(["secret.rollback", "secret.delete", "environment.restore"], entries.Select(entry => entry.Text("action")));
        Assert.Equal(
            [$"{environment.PathOf("CHANGED")} 4", $"{environment.PathOf("ADDED")} 1"],
            entries.Take(2).Select(entry => entry.GetProperty("metadata")).Select(metadata => $"{metadata.Text("path")} {metadata.Number("version")}"));
        Assert.Equal(at, entries[2].GetProperty("metadata").Text("name"));
        Assert.Empty(await environment.Workspace.AuditAsync("action=secret.reveal"));
    }

    [Fact]
    public async Task All_changes_of_a_restore_have_one_instant()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync(Keys(40).Select(key => (key, "old")));
        var at = await environment.LastInstantAsync();
        await environment.WriteAllAsync(Keys(40).Select(key => (key, "new")));

        (await environment.RestoreAsync(at)).Is(200);

        var restored = (await environment.HistoryAsync()).FindAll(change => change.Text("change") == "restored");
        Assert.Equal(Keys(40), restored.Select(change => change.Text("key")).Order(StringComparer.Ordinal));
        var instant = Assert.Single(restored.Select(change => change.Text("at")).Distinct());
        Assert.All(await environment.RevealedAsync(instant.Plus(-1)), line => Assert.EndsWith(" 2 new", line, StringComparison.Ordinal));
        Assert.All(await environment.RevealedAsync(instant), line => Assert.EndsWith(" 3 old", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restore_completes_while_others_write_all_the_time()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        string[] keys = [.. Keys(400)];
        await environment.WriteAllAsync(keys.Select(key => (key, "old")));
        var at = await environment.LastInstantAsync();
        await environment.WriteAllAsync(keys.Select(key => (key, "new")));
        using var ends = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = writer * 50; !ends.IsCancellationRequested; i++)
            {
                await environment.WriteAsync(keys[i % keys.Length], "newer");
            }
        }).ToList();

        var changes = (await environment.RestoreAsync(at)).Changes();

        await ends.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal(keys, changes.Select(change => change.Split(' ')[0]));
        Assert.All(changes, change => Assert.Contains(" restored ", change, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restore_with_nothing_to_change_writes_no_version_and_is_recorded()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A");
        var at = await environment.LastInstantAsync();

        Assert.Equal(["A unchanged"], (await environment.RestoreAsync(at)).Changes());

        Assert.Equal(["A 1"], await environment.ListedAsync());
        Assert.Single(await environment.Workspace.AuditAsync("action=environment.restore"));
    }

    [Fact]
    public async Task A_key_that_now_belongs_to_another_secret_is_reported_for_both()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var old = await environment.WriteAsync("A", "old");
        var at = await environment.LastInstantAsync();
        (await environment.Api.DeleteAsync("/secrets/" + old)).Is(200);
        var young = await environment.WriteAsync("A", "new");

        var reply = await environment.RestoreAsync(at);

        Assert.Equal(["A unrecoverable", "A created_since"], reply.Changes());
        Assert.Equal([old, young], reply.Data.GetProperty("changes").Each("secretId"));
        Assert.Equal("new", await environment.ValueAsync(young));
        Assert.Equal(["A unrecoverable", "A pruned"], (await environment.RestoreAsync(at, Prune)).Changes());
        Assert.Empty(await environment.ListedAsync());
    }

    [Fact]
    public async Task Versions_under_older_KEKs_are_restored_under_the_active_one()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "one"), ("B", "one")]);
        var at = await environment.LastInstantAsync();
        await environment.RotateKekAsync();
        await environment.WriteAllAsync([("A", "two"), ("B", "two")]);
        (await environment.RestoreAsync(at)).Is(200);
        await environment.WaitForDestroyedKekAsync();

        Assert.Equal(["A 3 one", "B 3 one"], await environment.RevealedAsync());
    }

    [Fact]
    public async Task A_repeated_restore_gets_the_first_answer_and_the_answer_of_a_dry_run_is_not_kept()
    {
        var (environment, at) = await NewChangedAsync();
        Task<Reply> SendAsync(string more) => environment.Api.SendAsync(
            "POST", $"/environments/{environment.Id}/restore", $$"""{"at":"{{at}}"{{more}}}""", ("Idempotency-Key", "once"));
        (await SendAsync(DryRun)).Is(200);

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SendAsync("")));

        Assert.All(replies, reply => Assert.Contains("CHANGED restored 3 1 4", reply.Changes()));
        Assert.Single(await environment.Workspace.AuditAsync("action=environment.restore"));
        (await SendAsync(Prune)).IsError(409, "CONFLICT");
        Assert.Equal(["ADDED 1", "CHANGED 4", "SAME 1"], await environment.ListedAsync());
    }

    [Fact]
    public async Task A_restore_does_not_touch_another_environment()
    {
        var (environment, at) = await NewChangedAsync();
        var other = await environment.Workspace.NewEnvironmentAsync(environment.ProjectId, "Staging");
        var staging = environment with { Id = other.Text("id"), Slug = "staging" };
        await staging.WriteAsync("CHANGED", "of staging");

        (await environment.RestoreAsync(at, Prune)).Is(200);

        Assert.Equal(["CHANGED 1 of staging"], await staging.RevealedAsync());
    }

    [Theory]
    [InlineData("{}", "at")]
    [InlineData("""{"at":null}""", "at")]
    [InlineData("""{"at":1}""", "at")]
    [InlineData("""{"at":"2026-01-01T00:00:00Z","dryRun":"yes"}""", "dryRun")]
    [InlineData("""{"at":"2026-01-01T00:00:00Z","prune":1}""", "prune")]
    [InlineData("""{"at":"2026-01-01T00:00:00Z","dryrun":true}""", "dryRun")]
    [InlineData("""{"at":"2026-01-01T00:00:00Z","at":"2026-01-01T00:00:00Z"}""", "at")]
    public async Task An_invalid_body_is_refused_and_the_field_is_named(string body, string named)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAsync("A");
        (await environment.Api.PostAsync($"/environments/{environment.Id}/restore", body)).IsInvalid(named);
        Assert.Equal(["A 1"], await environment.ListedAsync());
    }

    [Fact]
    public async Task A_restore_changes_and_reports_only_keys_that_the_caller_may_write_and_reveal()
    {
        var (environment, at) = await NewChangedAsync();
        var granted = await environment.Workspace.NewGrantedClientAsync(
            "web/production/SAME: list reveal write", "web/production/CHANGED: list reveal", "web/production/DELETED: list write delete");

        Assert.Equal(["SAME unchanged"], (await environment.RestoreAsync(at, DryRun, granted)).Changes());
        Assert.Equal(["SAME unchanged"], (await environment.RestoreAsync(at, "", granted)).Changes());

        Assert.Equal(["ADDED 1", "CHANGED 3", "SAME 1"], await environment.ListedAsync());
    }

    [Fact]
    public async Task Pruning_needs_the_right_to_delete_each_key()
    {
        var (environment, at) = await NewChangedAsync();
        await environment.WriteAsync("ADDED_TOO");
        var some = await environment.Workspace.NewGrantedClientAsync("web/production/*: list reveal write", "web/production/ADDED_TOO: delete");
        var none = await environment.Workspace.NewGrantedClientAsync("web/production/*: list reveal write");

        (await environment.RestoreAsync(at, Prune, none)).IsError(403, "FORBIDDEN");
        var changes = (await environment.RestoreAsync(at, Prune, some)).Changes();

        Assert.Contains("ADDED created_since", changes);
        Assert.Contains("ADDED_TOO pruned", changes);
        Assert.Equal(["ADDED 1", "CHANGED 4", "SAME 1"], await environment.ListedAsync());
    }

    [Fact]
    public async Task A_restore_is_refused_to_who_sees_the_environment_and_not_found_for_others()
    {
        var (environment, at) = await NewChangedAsync();
        var other = await shared.NewWorkspaceAsync();
        var writer = await environment.Workspace.NewGrantedClientAsync("web/production: list write delete");
        foreach (var (caller, status, code) in new[] { (other.Api, 404, "NOT_FOUND"), (writer, 403, "FORBIDDEN") })
        {
            (await environment.RestoreAsync(at, "", caller)).IsError(status, code);
            (await environment.RestoreAsync(at, DryRun, caller)).IsError(status, code);
        }

        Assert.Equal(["ADDED 1", "CHANGED 3", "SAME 1"], await environment.ListedAsync());
        Assert.NotEmpty(await environment.Workspace.AuditAsync("action=environment.restore&outcome=denied"));
        (await environment.Api.PostAsync("/environments/env_none/restore", $$"""{"at":"{{at}}"}""")).IsError(404, "NOT_FOUND");
    }

    /// <summary>
    /// An environment in which, since the instant, one key stayed, one was changed twice, one was deleted and one was added.
    /// </summary>
    private async Task<(TestEnvironment Place, string At)> NewChangedAsync()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var written = await environment.WriteAllAsync([("SAME", "same"), ("CHANGED", "one"), ("DELETED", "lost")]);
        var at = await environment.LastInstantAsync();
        await environment.WriteAsync("CHANGED", "two");
        await environment.WriteAsync("ADDED", "new");
        await environment.WriteAsync("CHANGED", "three");
        (await environment.Api.DeleteAsync("/secrets/" + written.Each("id")[2])).Is(200);
        return (environment, at);
    }

    private static IEnumerable<string> Keys(int count) => Enumerable.Range(0, count).Select(i => $"K_{i:D3}");
}
