using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Secronna.IntegrationTests.Features.PointInTime;

/// <summary>
/// Changes two environments and reads their past through the API, as dice decide. A scripted clock stands still, advances, leaps
/// and steps back between requests. Only with a scripted clock does the simulation know which instant a change takes.
/// </summary>
internal sealed class PastSimulation : IAsyncDisposable
{
    // The server refuses changes while its clock is further behind the last change than this, in microseconds.
    private const long MaxBehind = 5_000_000;
    private const long Hour = 3_600_000_000;
    private const long Millisecond = 1_000;

    // The order of their bytes is: "A" "A_" "Ab" "B" "_" "a".
    private static readonly string[] Keys = ["a", "_", "B", "Ab", "A_", "A"];

    private readonly Dice dice;
    private readonly TestServer server;
    private readonly PastClock clock;
    private readonly PastReads reads;
    private readonly List<PastEnvironment> environments = [];
    private readonly List<PastCaller> callers = [];
    private int values;

    private PastSimulation(Dice dice, TestServer server)
    {
        (this.dice, this.server, clock) = (dice, server, new PastClock(server));
        reads = new PastReads(clock);
    }

    /// <summary>The step that it is at, for failure messages.</summary>
    public string Position { get; private set; } = "the start";

    public static async Task<PastSimulation> StartAsync(long seed, bool isScripted)
    {
        var time = isScripted ? TestClock.New() : null;
        var simulation = new PastSimulation(new Dice(seed), await TestServer.StartAsync(time: time));
        if (time is not null)
        {
            time.AutoAdvanceAmount = TimeSpan.Zero;
            await simulation.server.SetDatabaseClockAsync();
        }

        await simulation.FillAsync();
        return simulation;
    }

    public async Task RunAsync(int steps)
    {
        for (var step = 1; step <= steps; step++)
        {
            Position = string.Create(CultureInfo.InvariantCulture, $"step {step}");
            await PassTimeAsync();
            await ChangeAsync(dice.Of(environments), dice.Of(callers));
            if (dice.IsOneIn(2))
            {
                await ReadAsync(dice.Of(environments), dice.Of(callers));
            }
        }

        Position = "the end";
        foreach (var environment in environments)
        {
            foreach (var caller in callers)
            {
                await PastReads.CheckHistoryAsync(environment, caller, 1 + dice.Next(7));
                await ReadAsync(environment, caller);
            }

            foreach (var change in environment.Model.Changes.Where(_ => dice.IsOneIn(3)))
            {
                await reads.CheckAsync(environment, callers[0], change.Instant - dice.Next(2), 500);
            }
        }

        await reads.CheckAllUnchangedAsync(environments);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task FillAsync()
    {
        var workspace = await server.NewWorkspaceAsync();
        var project = await workspace.NewProjectAsync("web");
        foreach (var name in new[] { "one", "two" })
        {
            environments.Add(await PastEnvironment.CreateAsync(workspace, project.Text("id"), project.Text("slug"), name));
        }

        var narrow = (await workspace.Api.PostAsync(
            "/access-keys", """{"name":"narrow","grants":[{"path":"web/*/A*","actions":["list","reveal","write","delete"]}]}""")).Is(201).Data;
        callers.Add(new PastCaller(workspace.Api, workspace.ApiKeyId, _ => true));
        callers.Add(new PastCaller(server.With(narrow.Text("token")), narrow.Text("id"), key => key.StartsWith('A')));
        if (clock.IsScripted)
        {
            await clock.AdvanceAsync(Hour);
        }
    }

    private async Task PassTimeAsync()
    {
        if (!clock.IsScripted)
        {
            return;
        }

        await (dice.Next(12) switch
        {
            0 or 1 or 2 or 3 => Task.CompletedTask,
            4 or 5 => clock.AdvanceAsync(1),
            6 or 7 => clock.AdvanceAsync(1 + dice.Next(5_000_000)),
            8 => clock.AdvanceAsync(1 + (dice.Next(48) * Hour)),
            9 => clock.SetAsync(-1),
            10 => clock.SetAsync(-1 - dice.Next(4_000_000)),
            _ => clock.SetAsync(dice.IsOneIn(2) ? -dice.Next(9_000_000) : dice.Next(90_000_000)),
        });
    }

    private Task ChangeAsync(PastEnvironment environment, PastCaller caller) => dice.Next(14) switch
    {
        0 or 1 or 2 or 3 => WriteAsync(environment, caller),
        4 or 5 or 6 => WriteManyAsync(environment, caller),
        7 or 8 => DeleteAsync(environment, caller),
        9 or 10 => RollBackAsync(environment, caller),
        _ => RestoreAsync(environment, caller),
    };

    private async Task WriteAsync(PastEnvironment environment, PastCaller caller)
    {
        var change = Write(environment, caller, dice.Of([.. Keys.Where(caller.Sees)]));
        var current = change.Version - 1;
        var expected = dice.Next(4) switch { 0 => current, 1 => current + 1, _ => (int?)null };
        var reply = await SendAsync(environment, () => caller.Api.PutAsync(environment.SecretsPath, JsonSerializer.Serialize(
            new { key = change.Key, value = change.Value, expectedVersion = expected, comment = change.Comment })));
        if (expected == current + 1 && reply?.IsError(409, "CONFLICT") is not null)
        {
            return;
        }

        await NoteAsync(environment, reply, [change], reply => [reply.Is(201).Data]);
    }

    private async Task WriteManyAsync(PastEnvironment environment, PastCaller caller)
    {
        var changes = Keys.Where(caller.Sees).Where(_ => !dice.IsOneIn(3)).Select(key => Write(environment, caller, key)).ToList();
        if (changes.Count == 0)
        {
            return;
        }

        var reply = await SendAsync(environment, () => caller.Api.PostAsync(environment.SecretsPath + "/batch", JsonSerializer.Serialize(
            new { secrets = changes.Select(change => new { key = change.Key, value = change.Value, comment = change.Comment }) })));
        await NoteAsync(environment, reply, changes, reply => [.. reply.Is(201).Data.EnumerateArray()]);
    }

    private async Task DeleteAsync(PastEnvironment environment, PastCaller caller)
    {
        if (Seen(environment, caller) is not { Count: > 0 } secrets)
        {
            return;
        }

        var secret = dice.Of(secrets);
        var reply = await SendAsync(environment, () => caller.Api.DeleteAsync("/secrets/" + secret.SecretId));
        await NoteAsync(environment, reply, [PastChange.DeletionOf(secret, caller.Id)], reply => [reply.Is(200).Data]);
    }

    private async Task RollBackAsync(PastEnvironment environment, PastCaller caller)
    {
        if (Seen(environment, caller) is not { Count: > 0 } secrets)
        {
            return;
        }

        var secret = dice.Of(secrets);
        var to = 1 + dice.Next(secret.Version);
        var change = new PastChange(
            0, "rolled_back", secret.Key, secret.SecretId, secret.Version + 1, environment.Model.ValueOf(secret.SecretId, to), caller.Id, Comment());
        var reply = await SendAsync(environment, () => caller.Api.PostAsync(
            $"/secrets/{secret.SecretId}/rollback", JsonSerializer.Serialize(new { version = to, comment = change.Comment })));
        await NoteAsync(environment, reply, [change], reply => [reply.Is(201).Data]);
    }

    private async Task RestoreAsync(PastEnvironment environment, PastCaller caller)
    {
        var (model, prune, comment) = (environment.Model, dice.IsOneIn(2), Comment());
        var at = AnyInstant(environment);
        if (at > Math.Max(clock.Now, model.Last))
        {
            (await environment.RestoreAsync(caller.Api, at, prune, dryRun: false)).IsInvalid("at");
            return;
        }

        // Most restores are dry-run first and must then do exactly what the dry run said.
        var expected = dice.IsOneIn(3) ? model.Restore(at, prune, caller.Sees) : await reads.CheckRestoreAsync(environment, caller, at, prune);
        model.NoteRead(at);
        var changes = model.Restored(expected, caller.Id, comment);
        var reply = await SendAsync(environment, () => environment.RestoreAsync(caller.Api, at, prune, dryRun: false, comment));
        if (reply is not null)
        {
            PastReads.CheckReport(reply, at, dryRun: false, expected);
            await NoteAsync(environment, changes);
        }
    }

    private async Task ReadAsync(PastEnvironment environment, PastCaller caller)
    {
        await reads.CheckAsync(environment, caller, AnyInstant(environment), 1 + dice.Next(4));
        // Small pages test that a change that is too old does not end the search for changes of other secrets.
        await PastReads.CheckHistoryAsync(environment, caller, 1 + dice.Next(dice.IsOneIn(2) ? 2 : 12));
        var other = dice.Of(environments);
        await reads.CheckDifferenceAsync(environment, AnyInstant(environment), other, AnyInstant(other), caller);
    }

    // Returns an instant of a change, just before or after it, now, between changes, before the environment existed, or in the
    // future.
    private long AnyInstant(PastEnvironment environment)
    {
        var (now, model) = (clock.Now, environment.Model);
        var instant = dice.Next(10) switch
        {
            0 or 1 or 2 => now,
            3 => now - 1 - dice.Next(1_000_000),
            4 => model.CreatedAt - (dice.IsOneIn(2) ? dice.Next(2) : Hour),
            5 => clock.IsScripted && dice.IsOneIn(2) ? now + 1 : now + Hour,
            _ when model.Changes.Count > 0 => dice.Of(model.Changes).Instant - 1 + dice.Next(3),
            _ => now,
        };
        // The database's own clock may reach a near instant at any moment, so such instants are not used.
        return clock.IsScripted || instant >= now + Hour ? instant : Math.Min(instant, Math.Max(now, model.Last));
    }

    /// <summary>
    /// Sends a change and advances the clock past its instant, which the answer waits for. If the clock is too far behind, the
    /// change must be refused; the clock is then set right and the result is <c>null</c>.
    /// </summary>
    private async Task<Reply?> SendAsync(PastEnvironment environment, Func<Task<Reply>> send)
    {
        if (!clock.IsScripted)
        {
            return await send();
        }

        var now = clock.Now;
        var instant = Math.Max(now, environment.Model.Last + 1);
        var request = send();
        if (instant - now > MaxBehind)
        {
            (await request).IsError(503, "UNAVAILABLE");
            await clock.SetAsync(instant - now - dice.Next(2));
            return null;
        }

        if (instant > now)
        {
            await Until.HoldsAsync("the change is committed", () => request.IsCompleted || environment.StoredInstant == instant);
            for (var time = instant - now + Millisecond; !request.IsCompleted; time = 2 * Millisecond)
            {
                await clock.AdvanceAsync(time);
                await Task.WhenAny(request, Task.Delay(1));
            }
        }

        var reply = await request;
        if (reply.Status < 400)
        {
            Assert.Equal(instant, environment.StoredInstant);
            Assert.True(clock.Now >= instant, "acknowledged before the clock reached the instant");
        }

        return reply;
    }

    private async Task NoteAsync(
        PastEnvironment environment, Reply? reply, List<PastChange> changes, Func<Reply, List<JsonElement>> written)
    {
        if (reply is null)
        {
            return;
        }

        // The ids of new secrets are known only from the answer.
        var answers = written(reply);
        changes = [.. changes.Zip(answers, (change, answer) => change.SecretId.Length > 0 ? change : change with { SecretId = answer.Text("id") })];
        Assert.Equal(
            changes.Select(change => (change.SecretId, change.IsDeletion ? 0 : change.Version)),
            answers.Select(answer => (answer.Text("id"), answer.Has("version") ? answer.Number("version") : 0)));
        await NoteAsync(environment, changes);
    }

    /// <summary>Reads the instant of a change from the head of the history, which must list exactly this change.</summary>
    private async Task NoteAsync(PastEnvironment environment, List<PastChange> changes)
    {
        var model = environment.Model;
        var history = (await environment.Workspace.Api.GetAsync($"/environments/{environment.Id}/history?limit={changes.Count + 1}")).Is(200).Data;
        if (changes.Count == 0)
        {
            model.NoteInstant(environment.StoredInstant);
            return;
        }

        var instant = PastEnvironment.InstantOf(history[0], "at");
        Assert.Equal(environment.StoredInstant, instant);
        model.Add([.. changes.Select(change => change with { Instant = instant })]);
        Assert.Equal(model.NewestFirst().Take(changes.Count + 1).Select(PastReads.Line), history.EnumerateArray().Select(PastReads.Line));
    }

    private PastChange Write(PastEnvironment environment, PastCaller caller, string key)
    {
        var current = environment.Model.Now.SingleOrDefault(secret => secret.Key == key);
        return new PastChange(
            0, "written", key, current?.SecretId ?? "", (current?.Version ?? 0) + 1,
            dice.IsOneIn(4) ? "a common value" : $"value {++values}", caller.Id, Comment());
    }

    private static List<PastChange> Seen(PastEnvironment environment, PastCaller caller) =>
        [.. environment.Model.Now.Where(secret => caller.Sees(secret.Key))];

    private string? Comment() => dice.IsOneIn(3) ? $"comment {values}" : null;
}
