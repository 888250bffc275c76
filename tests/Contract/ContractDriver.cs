using System.Text.Json.Nodes;
using Xunit;

namespace Secronna.Tests.Contract;

/// <summary>One of the ways to reach a server, as one caller.</summary>
internal abstract class ContractDriver
{
    private const int AtOnce = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Does it, however it ends.</summary>
    public abstract Task<Outcome> TryAsync(Operation operation);

    /// <summary>The same server and caller by plain HTTP.</summary>
    public abstract HttpDriver OverHttp { get; }

    /// <summary>The same way, with another token.</summary>
    public abstract ContractDriver As(string token);

    /// <summary>Whether it can say which revision it has.</summary>
    public virtual bool KnowsRevisions => true;

    /// <summary>Does it, and gives its data.</summary>
    public async Task<JsonNode> DoAsync(Operation operation)
    {
        var outcome = await TryAsync(operation);
        Assert.True(outcome.Code is null, $"{operation}: {outcome.Code}");
        return outcome.Data!;
    }

    /// <summary>The items of a list.</summary>
    public async Task<IReadOnlyList<JsonNode>> ListAsync(Operation operation) => [.. (await DoAsync(operation)).AsArray().Select(item => item!)];

    /// <summary>One text of what it gives.</summary>
    public async Task<string> TextAsync(Operation operation, string member) => (string)(await DoAsync(operation))[member]!;

    /// <summary>Expects it to be refused before long: nodes take note of a revocation within a second.</summary>
    public async Task FailsSoonAsync(string code, Operation operation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while ((await TryAsync(operation)).Code is null && TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Pause);
        }

        await FailsAsync(code, operation);
    }

    /// <summary>The items of a list that are as they should be before long: some of it is noted in passing.</summary>
    public async Task<IReadOnlyList<JsonNode>> ListSoonAsync(Operation operation, Func<IReadOnlyList<JsonNode>, bool> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        var items = await ListAsync(operation);
        while (!isSo(items) && TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Pause);
            items = await ListAsync(operation);
        }

        return items;
    }

    /// <summary>Does what doesn't depend on each other, some at once: a command takes its time to start.</summary>
    public static Task EachAsync<T>(IEnumerable<T> all, Func<T, Task> it) => Parallel.ForEachAsync(
        all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (one, _) => await it(one));

    /// <summary>Expects each to be refused.</summary>
    public Task EachFailsAsync(string code, params Operation[] operations) => EachAsync(operations, operation => FailsAsync(code, operation));

    /// <summary>Expects it to be refused, and gives the message.</summary>
    public async Task<string> FailsAsync(string code, Operation operation)
    {
        var outcome = await TryAsync(operation);
        Assert.True(code == outcome.Code, $"{operation}: {outcome.Code ?? "done"}, not {code}");
        return outcome.Message!;
    }
}
