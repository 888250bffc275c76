using System.Text.Json;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>Reads the past through every route and compares it with the model.</summary>
internal sealed class PastReads(PastClock clock)
{
    // The first list that was read, by environment and instant.
    private readonly Dictionary<(string EnvironmentId, long Instant), string> lists = [];

    /// <summary>Checks the list, the values, the audit entries and the dry runs of restores for an instant.</summary>
    public async Task CheckAsync(PastEnvironment environment, PastCaller caller, long at, int pageSize)
    {
        if (at > Math.Max(clock.Now, environment.Model.Last))
        {
            (await environment.ListAsync(caller.Api, at)).IsInvalid("at");
            (await environment.RevealAsync(caller.Api, at)).IsInvalid("at");
            (await environment.RestoreAsync(caller.Api, at, prune: true, dryRun: true)).IsInvalid("at");
            return;
        }

        await CheckListAsync(environment, caller, at, pageSize);
        await CheckRevealAsync(environment, caller, at);
        await CheckRestoreAsync(environment, caller, at, prune: false);
        await CheckRestoreAsync(environment, caller, at, prune: true);
        await CheckUnchangedAsync(environment, at);
    }

    /// <summary>Checks the dry run of a restore and returns the expected report.</summary>
    public async Task<List<RestoredKey>> CheckRestoreAsync(PastEnvironment environment, PastCaller caller, long at, bool prune)
    {
        var expected = environment.Model.Restore(at, prune, caller.Sees);
        var reply = await environment.RestoreAsync(caller.Api, at, prune, dryRun: true);
        environment.Model.NoteRead(at);
        CheckReport(reply, at, dryRun: true, expected);
        return expected;
    }

    public static void CheckReport(Reply reply, long at, bool dryRun, IEnumerable<RestoredKey> expected)
    {
        var data = reply.Is(200).Data;
        Assert.Equal(PastEnvironment.Text(at), data.Text("at"));
        Assert.Equal(dryRun, data.GetProperty("dryRun").GetBoolean());
        Assert.Equal(expected.Select(change => change.ToString()), ReportOf(reply).Select(change => change.ToString()));
    }

    public static List<RestoredKey> ReportOf(Reply reply) =>
    [
        .. reply.Data.GetProperty("changes").EnumerateArray().Select(change => new RestoredKey(
            change.Text("key"), change.Text("secretId"), change.Text("result"), Number(change, "from"), Number(change, "to"), Number(change, "version"))),
    ];

    /// <summary>Checks the comparison of two environments at two instants.</summary>
    public async Task CheckDifferenceAsync(PastEnvironment here, long at, PastEnvironment there, long thereAt, PastCaller caller)
    {
        var reply = await caller.Api.PostAsync(
            here.Path + "/compare", $$"""{"at":"{{PastEnvironment.Text(at)}}","with":"{{there.Id}}","withAt":"{{PastEnvironment.Text(thereAt)}}"}""");
        foreach (var (environment, instant, field) in new[] { (here, at, "at"), (there, thereAt, "withAt") })
        {
            if (instant > Math.Max(clock.Now, environment.Model.Last))
            {
                reply.IsInvalid(field);
                return;
            }

            environment.Model.NoteRead(instant);
        }

        Assert.Equal(
            here.Model.Compare(at, there.Model, thereAt, caller.Sees),
            reply.Is(200).Data.EnumerateArray().Select(key => $"{key.Text("key")} {key.Text("result")}"));
    }

    /// <summary>Checks the history, page by page.</summary>
    public static async Task CheckHistoryAsync(PastEnvironment environment, PastCaller caller, int pageSize)
    {
        var history = await caller.Api.PagesAsync(environment.Path + "/history", pageSize);
        Assert.Equal(environment.Model.NewestFirst().Where(change => caller.Sees(change.Key)).Select(Line), history.Items.Select(Line));
    }

    /// <summary>Reads every list again that was ever read. Each must be unchanged, whatever happened since (S14).</summary>
    public async Task CheckAllUnchangedAsync(IEnumerable<PastEnvironment> environments)
    {
        foreach (var environment in environments)
        {
            foreach (var (_, at) in lists.Keys.Where(key => key.EnvironmentId == environment.Id).ToList())
            {
                await CheckUnchangedAsync(environment, at);
            }
        }
    }

    public static string Line(PastChange change) =>
        $"{PastEnvironment.Text(change.Instant)} {change.Kind} {change.Key} {change.SecretId} {(change.IsDeletion ? null : change.Version)} {change.By} {change.Comment}";

    public static string Line(JsonElement change) =>
        $"{change.Text("at")} {change.Text("change")} {change.Text("key")} {change.Text("secretId")} {Number(change, "version")} {change.Text("by")} {(change.Has("comment") ? change.Text("comment") : null)}";

    private async Task CheckUnchangedAsync(PastEnvironment environment, long at)
    {
        var list = (await environment.ListAsync(environment.Workspace.Api, at)).Is(200).Data.GetRawText();
        environment.Model.NoteRead(at);
        if (!lists.TryAdd((environment.Id, at), list))
        {
            Assert.Equal(lists[(environment.Id, at)], list);
        }
    }

    private static async Task CheckListAsync(PastEnvironment environment, PastCaller caller, long at, int pageSize)
    {
        var model = environment.Model;
        var listed = await caller.Api.PagesAsync($"{environment.SecretsPath}?at={PastEnvironment.Text(at)}", pageSize);
        model.NoteRead(at);
        Assert.Equal(
            model.At(at).Where(secret => caller.Sees(secret.Key)).Select(secret =>
                $"{secret.Key} {secret.SecretId} {secret.Version} {PastEnvironment.Text(model.CreationOf(secret.SecretId))} {PastEnvironment.Text(secret.Instant)}"),
            listed.Items.Select(secret =>
                $"{secret.Text("key")} {secret.Text("id")} {secret.Number("currentVersion")} {secret.Text("createdAt")} {secret.Text("updatedAt")}"));
    }

    private static async Task CheckRevealAsync(PastEnvironment environment, PastCaller caller, long at)
    {
        var then = environment.Model.At(at).Where(secret => caller.Sees(secret.Key)).ToList();
        var there = then.Where(secret => !environment.Model.IsDeleted(secret.SecretId)).ToList();
        var reply = (await environment.RevealAsync(caller.Api, at)).Is(200);
        environment.Model.NoteRead(at);
        Assert.Equal(
            there.Select(secret => $"{secret.Key} {secret.SecretId} {secret.Version} {secret.Value}"),
            reply.Data.GetProperty("secrets").EnumerateArray().Select(secret =>
                $"{secret.Text("key")} {secret.Text("id")} {secret.Number("version")} {secret.Text("value")}"));
        Assert.Equal(
            then.Except(there).Select(secret => secret.Key),
            reply.Data.GetProperty("unrecoverable").EnumerateArray().Select(key => key.GetString()));
        await CheckTrailAsync(environment, reply.RequestId, there);
    }

    // There is one entry per value, with its version at the instant (S17). Asking for one entry more shows that there is no
    // other.
    private static async Task CheckTrailAsync(PastEnvironment environment, string requestId, List<PastChange> revealed)
    {
        var trail = (await environment.Workspace.Api.GetAsync($"/audit?limit={revealed.Count + 1}")).Is(200).Data.EnumerateArray();
        Assert.Equal(
            revealed.Select(secret => $"secret.reveal success {secret.Key} {secret.SecretId} {secret.Version}").Order(StringComparer.Ordinal),
            trail.Where(entry => entry.Text("requestId") == requestId)
                .Select(entry => (entry, entry.GetProperty("metadata")) is var (head, about)
                    ? $"{head.Text("action")} {head.Text("outcome")} {about.Text("key")} {about.Text("secretId")} {about.Number("version")}"
                    : "")
                .Order(StringComparer.Ordinal));
    }

    private static int? Number(JsonElement element, string name) => element.Has(name) ? element.Number(name) : null;
}
