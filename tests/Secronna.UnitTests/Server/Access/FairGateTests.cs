using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Secronna.Protocol;
using Secronna.Server.Access;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>Heavy reads run a few at a time, in turn by workspace and credential, and none has more than its share (S31).</summary>
public sealed class FairGateTests
{
    [Fact]
    public async Task A_credential_and_a_workspace_have_at_most_their_shares_even_when_places_are_free()
    {
        var gate = NewGate(places: 8, perCredential: 2, perWorkspace: 3);
        var first = await Enter(gate, "a", "1");
        await Enter(gate, "a", "1");
        var third = Enter(gate, "a", "1");
        Assert.False(third.IsCompleted);
        await Enter(gate, "a", "2");
        var other = Enter(gate, "a", "2");
        Assert.False(other.IsCompleted);
        await Enter(gate, "b", "1");

        first.Dispose();

        await third;
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task A_free_place_goes_to_workspaces_in_turn_and_within_one_to_its_credentials_in_turn()
    {
        var gate = NewGate(places: 1);
        var place = await Enter(gate, "z", "0");
        var admitted = new List<string>();
        (string Workspace, string Id)[] arrivals =
            [("a", "1"), ("a", "1"), ("a", "1"), ("a", "2"), ("a", "2"), ("b", "1"), ("b", "1"), ("c", "1")];
        var waits = arrivals.Select(arrival => NoteAsync(arrival.Workspace + arrival.Id)).ToList();

        place.Dispose();
        await Task.WhenAll(waits);

        Assert.Equal(["a1", "b1", "c1", "a2", "b1", "a1", "a2", "a1"], admitted);

        async Task NoteAsync(string name)
        {
            using var mine = await Enter(gate, name[..1], name[1..]);
            admitted.Add(name);
        }
    }

    [Fact]
    public async Task Beyond_the_limit_of_waiting_requests_a_credential_is_refused_and_another_one_waits()
    {
        var gate = NewGate(places: 1);
        var place = await Enter(gate, "a", "1");
        var waits = Enumerable.Range(0, FairGate.MaxWaiting).Select(_ => Enter(gate, "a", "1")).ToList();

        var refusal = await Assert.ThrowsAsync<ShareUsedUpException>(() => Enter(gate, "a", "1"));

        Assert.Contains("this credential may have at most 64 batches waiting at once", refusal.Message, StringComparison.Ordinal);
        var other = Enter(gate, "a", "2");
        Assert.False(other.IsCompleted);
        place.Dispose();
        (await waits[0]).Dispose();
        await other;
    }

    [Theory]
    [InlineData(1, 0, ErrorCodes.RateLimited, "this credential may have at most 1 batches running")]
    [InlineData(0, 1, ErrorCodes.RateLimited, "this workspace may have at most 1 batches running")]
    [InlineData(0, 0, ErrorCodes.Unavailable, "too many batches at once")]
    public async Task Whoever_waits_too_long_is_told_whether_its_own_share_or_others_are_the_reason(
        int perCredential, int perWorkspace, string code, string message)
    {
        var time = new FakeTimeProvider();
        var gate = new FairGate("batches", 1, perCredential, perWorkspace, time);
        var place = await Enter(gate, "a", "1");
        var wait = Enter(gate, "a", "1");

        time.Advance(FairGate.MaxWait);

        var refusal = await Assert.ThrowsAnyAsync<RequestException>(() => wait);
        Assert.Equal(code, refusal.Code);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        place.Dispose();
        await Enter(gate, "b", "1");
    }

    [Fact]
    public async Task A_caller_that_goes_away_leaves_the_line()
    {
        var gate = NewGate(places: 1);
        var place = await Enter(gate, "a", "1");
        using var gone = new CancellationTokenSource();
        var left = gate.EnterAsync(NewKey("a", "1"), gone.Token).AsTask();
        var next = Enter(gate, "a", "1");

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        place.Dispose();
        (await next).Dispose();
        await Enter(gate, "b", "1");
    }

    [Fact]
    public void Places_are_never_exceeded_nor_lost_in_any_order_of_events() =>
        Gen.Int[0, 11].Array[1, 200].Sample(events =>
        {
            var queue = new FairQueue(places: 3, perCredential: 2, perWorkspace: 2);
            var running = new List<FairQueue.CredentialLine>();
            var waiting = new List<(FairQueue.CredentialLine Line, TaskCompletionSource Waiter)>();
            foreach (var number in events)
            {
                Do(queue, number, running, waiting);
                foreach (var (line, waiter) in waiting.ToList().Where(waits => waits.Waiter.Task.IsCompleted))
                {
                    running.Add(line);
                    waiting.Remove((line, waiter));
                }

                if (running.Count > 3 || running.GroupBy(line => line.Workspace.Id).Any(group => group.Count() > 2)
                    || (running.Count < 3 && waiting.Exists(waits => !queue.IsCredentialFull(waits.Line) && !queue.IsWorkspaceFull(waits.Line))))
                {
                    return false;
                }
            }

            return true;
        });

    private static void Do(
        FairQueue queue, int number, List<FairQueue.CredentialLine> running,
        List<(FairQueue.CredentialLine Line, TaskCompletionSource Waiter)> waiting)
    {
        if (number < 6)
        {
            var line = queue.LineOf(NewKey($"{number % 3}", $"{number / 3}"));
            if (queue.TryTake(line))
            {
                running.Add(line);
            }
            else
            {
                var waiter = new TaskCompletionSource();
                queue.Wait(line, waiter);
                waiting.Add((line, waiter));
            }
        }
        else if (number < 10 && running.Count > 0)
        {
            var line = running[number % running.Count];
            running.Remove(line);
            queue.GiveBack(line);
        }
        else if (waiting.Count > 0)
        {
            var (line, waiter) = waiting[number % waiting.Count];
            waiting.Remove((line, waiter));
            queue.Remove(line, waiter);
        }
    }

    private static FairGate NewGate(int places, int perCredential = 0, int perWorkspace = 0) =>
        new("batches", places, perCredential, perWorkspace, TimeProvider.System);

    private static Task<FairGate.Place> Enter(FairGate gate, string workspaceId, string id) =>
        gate.EnterAsync(NewKey(workspaceId, id), CancellationToken.None).AsTask();

    private static CredentialKey NewKey(string workspaceId, string id) => new(workspaceId, ActorTypes.ApiKey, id);
}
