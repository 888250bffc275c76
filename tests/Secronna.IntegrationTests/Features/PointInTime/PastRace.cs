using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Secronna.Protocol;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>
/// Sends many changes of one environment at once, and checks that the result is as if they had come one after the other.
/// </summary>
internal sealed class PastRace(TestEnvironment environment, Dice dice, int keyCount, bool mayRestoresGiveUp = false)
{
    private readonly ConcurrentBag<PastRequest> requests = [];
    private readonly ConcurrentBag<(long At, Reply List, Reply Reveal)> readings = [];
    private readonly ConcurrentDictionary<string, (string Id, int Version)> lastSeen = new();
    private readonly string[] keys = [.. Enumerable.Range(0, keyCount).Select(i => string.Create(CultureInfo.InvariantCulture, $"KEY_{i:D3}"))];
    private long order;
    private long names;

    private string By => environment.Workspace.ApiKeyId;

    /// <summary>Writes one key, sometimes with the version that it was last seen with as the expected one.</summary>
    public async Task WriteAsync()
    {
        var (key, comment) = (dice.Of(keys), UniqueName("write"));
        var expected = dice.IsOneIn(4) ? lastSeen.GetValueOrDefault(key).Version : (int?)null;
        var (request, reply) = await SendAsync(comment, () => environment.Api.PutAsync(
            environment.SecretsPath, JsonSerializer.Serialize(new { key, value = comment, expectedVersion = expected, comment })));
        if (expected is not null && reply.Status == 409)
        {
            requests.Add(request with { IsRightIn = model => (VersionOf(model, key) ?? 0) != expected });
            return;
        }

        Add(request, reply.Is(201), [reply.Data], model => PastRequest.ChangesOfWrite(model, reply.Data, "written", [(key, comment)], By, comment));
    }

    /// <summary>Writes several keys in one request.</summary>
    public async Task WriteManyAsync(int count)
    {
        var (from, comment) = (dice.Next(keys.Length), UniqueName("batch"));
        var values = Enumerable.Range(0, count).Select(i => keys[(from + i) % keys.Length]).Select(key => (Key: key, Value: $"{comment} {key}")).ToList();
        var (request, reply) = await SendAsync(comment, () => environment.Api.PostAsync(environment.SecretsPath + "/batch", JsonSerializer.Serialize(
            new { secrets = values.Select(write => new { key = write.Key, value = write.Value }), comment })));
        Add(request, reply.Is(201), reply.Data.EnumerateArray(), model => PastRequest.ChangesOfWrite(model, reply.Data, "written", values, By, comment));
    }

    public async Task WriteAllAsync() => await WriteManyAsync(keys.Length);

    public async Task DeleteAsync()
    {
        var id = lastSeen.GetValueOrDefault(dice.Of(keys), ("sec_00000000000000000000000000", 1)).Item1;
        var (request, reply) = await SendAsync("delete " + id, () => environment.Api.DeleteAsync("/secrets/" + id));
        requests.Add(reply.Status == 404
            ? request with { IsRightIn = model => IsAbsent(model, id) }
            : request with { Changed = [(reply.Is(200).Data.Text("id"), 0)], ChangesIn = model => PastRequest.ChangesOfDeletion(model, id, By) });
    }

    public async Task RollBackAsync()
    {
        var (key, comment) = (dice.Of(keys), UniqueName("rollback"));
        if (!lastSeen.TryGetValue(key, out var secret))
        {
            return;
        }

        var to = 1 + dice.Next(secret.Version);
        var (request, reply) = await SendAsync(comment, () => environment.Api.PostAsync(
            $"/secrets/{secret.Id}/rollback", JsonSerializer.Serialize(new { version = to, comment })));
        if (reply.Status == 404)
        {
            requests.Add(request with { IsRightIn = model => IsAbsent(model, secret.Id) });
            return;
        }

        Assert.Equal(secret.Id, reply.Is(201).Data.Text("id"));
        Add(request, reply, [reply.Data], model =>
            PastRequest.ChangesOfWrite(model, reply.Data, "rolled_back", [(key, model.ValueOf(secret.Id, to))], By, comment));
    }

    /// <summary>Restores, or dry-runs a restore, to a random instant of the past or to now.</summary>
    public async Task RestoreAsync(bool dryRun)
    {
        var (at, prune, comment) = (await AnyInstantAsync(), dice.IsOneIn(2), UniqueName("restore"));
        var past = new PastEnvironment(environment, new PastModel(0));
        var (request, reply) = await SendAsync(comment, () => past.RestoreAsync(environment.Api, at, prune, dryRun, comment));
        if (mayRestoresGiveUp && !dryRun && reply.Status == 503)
        {
            requests.Add(request);
            return;
        }

        var report = PastReads.ReportOf(reply.Is(200));
        PastReads.CheckReport(reply, at, dryRun, report);
        requests.Add(request with
        {
            Changed = dryRun ? [] :
            [
                .. report.Where(change => change.Result == "restored").Select(change => (change.SecretId, change.Version!.Value)),
                .. report.Where(change => change.Result == "pruned").Select(change => (change.SecretId, 0)),
            ],
            ChangesIn = model =>
            {
                Assert.Equal(model.Restore(at, prune, _ => true), report);
                return model.Restored(report, By, comment);
            },
            IsRightIn = model => model.Restore(at, prune, _ => true).SequenceEqual(report),
        });
    }

    /// <summary>
    /// Rotates the project's KEK. New versions use the new KEK and old data keys are rewrapped. The past must not change.
    /// </summary>
    public Task RotateAsync() => environment.RotateKekAsync();

    /// <summary>Reads the environment as of now, while others write.</summary>
    public async Task ReadAsync()
    {
        var at = Instant.From(TimeProvider.System.GetUtcNow()).Microseconds;
        var past = new PastEnvironment(environment, new PastModel(0));
        readings.Add((at, await past.ListAsync(environment.Api, at), await past.RevealAsync(environment.Api, at)));
    }

    /// <summary>
    /// Fails if no order of the requests explains their answers, the states that were read, and the final state.
    /// </summary>
    public async Task<PastModel> CheckAsync()
    {
        var history = await environment.Api.PagesAsync($"/environments/{environment.Id}/history", 500);
        var model = PastReplay.Run(history.Items, requests);
        foreach (var (at, list, reveal) in readings)
        {
            CheckReading(model, at, list.Is(200).Data, reveal.Is(200).Data);
        }

        var past = new PastEnvironment(environment, model);
        var reads = new PastReads(new PastClock(environment.Server));
        var caller = new PastCaller(environment.Api, By, _ => true);
        foreach (var at in model.Changes.Select(change => change.Instant).Distinct().Where(_ => dice.IsOneIn(8)).Append(model.Last))
        {
            await reads.CheckAsync(past, caller, at, 100);
            await reads.CheckAsync(past, caller, at - 1, 100);
        }

        return model;
    }

    private static void CheckReading(PastModel model, long at, JsonElement list, JsonElement reveal)
    {
        var then = model.At(at);
        Assert.Equal(
            then.Select(secret => $"{secret.Key} {secret.SecretId} {secret.Version}"),
            list.EnumerateArray().Select(secret => $"{secret.Text("key")} {secret.Text("id")} {secret.Number("currentVersion")}"));
        var lost = reveal.GetProperty("unrecoverable").EnumerateArray().Select(key => key.GetString()).ToHashSet();
        Assert.All(then.Where(secret => lost.Contains(secret.Key)), secret => Assert.True(model.IsDeleted(secret.SecretId)));
        Assert.Equal(
            then.Where(secret => !lost.Contains(secret.Key)).Select(secret => $"{secret.Key} {secret.SecretId} {secret.Version} {secret.Value}"),
            reveal.GetProperty("secrets").EnumerateArray().Select(secret =>
                $"{secret.Text("key")} {secret.Text("id")} {secret.Number("version")} {secret.Text("value")}"));
        Assert.Subset(then.Select(secret => (string?)secret.Key).ToHashSet(), lost);
    }

    private async Task<(PastRequest Request, Reply Reply)> SendAsync(string name, Func<Task<Reply>> send)
    {
        var began = Interlocked.Increment(ref order);
        var reply = await send();
        return (new PastRequest(name, began, Interlocked.Increment(ref order)), reply);
    }

    private void Add(PastRequest request, Reply reply, IEnumerable<JsonElement> written, Func<PastModel, List<PastChange>> changes)
    {
        Assert.Equal(201, reply.Status);
        foreach (var secret in written)
        {
            lastSeen[secret.Text("key")] = (secret.Text("id"), secret.Number("version"));
        }

        requests.Add(request with { Changed = [.. written.Select(secret => (secret.Text("id"), secret.Number("version")))], ChangesIn = changes });
    }

    private async Task<long> AnyInstantAsync()
    {
        var history = (await environment.Api.GetAsync($"/environments/{environment.Id}/history?limit=200")).Is(200).Data.EnumerateArray().ToList();
        return dice.IsOneIn(4) || history.Count == 0
            ? Instant.From(TimeProvider.System.GetUtcNow()).Microseconds
            : PastEnvironment.InstantOf(dice.Of(history), "at") - dice.Next(2);
    }

    private string UniqueName(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix} {Interlocked.Increment(ref names)}");

    private static int? VersionOf(PastModel model, string key) => model.Now.SingleOrDefault(secret => secret.Key == key)?.Version;

    private static bool IsAbsent(PastModel model, string id) => model.Now.All(secret => secret.SecretId != id);
}
