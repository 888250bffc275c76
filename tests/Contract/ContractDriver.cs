using System.Text.Json.Nodes;
using Xunit;

namespace Secronna.Tests.Contract;

/// <summary>One way to reach a server, as one caller: over HTTP, with the client, or by the command line.</summary>
internal abstract class ContractDriver
{
    private const int MaximumParallelism = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Performs an operation and returns its outcome, whether it succeeds or fails.</summary>
    public abstract Task<Outcome> TryAsync(Operation operation);

    /// <summary>A driver that reaches the same server over plain HTTP, as the same caller.</summary>
    public abstract HttpDriver OverHttp { get; }

    /// <summary>The same driver for another caller.</summary>
    public abstract ContractDriver As(string token);

    /// <summary>Whether this driver can send a known revision.</summary>
    public virtual bool KnowsRevisions => true;

    /// <summary>Performs an operation that must succeed and returns its data.</summary>
    public async Task<JsonNode> DoAsync(Operation operation)
    {
        var outcome = await TryAsync(operation);
        Assert.True(outcome.Code is null, $"{operation}: {outcome.Code}");
        return outcome.Data!;
    }

    /// <summary>Performs a list operation that must succeed and returns the items of all pages.</summary>
    public async Task<IReadOnlyList<JsonNode>> ListAsync(Operation operation) => [.. (await DoAsync(operation)).AsArray().Select(item => item!)];

    /// <summary>Performs an operation that must succeed and returns the text of one member of its data.</summary>
    public async Task<string> TextAsync(Operation operation, string member) => (string)(await DoAsync(operation))[member]!;

    /// <summary>
    /// Expects an operation to be refused soon. It need not be refused at once, because nodes notice a revocation within a
    /// second.
    /// </summary>
    public async Task FailsEventuallyAsync(string code, Operation operation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while ((await TryAsync(operation)).Code is null && TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Pause);
        }

        await FailsAsync(code, operation);
    }

    /// <summary>
    /// Reads a list until its items are as expected. The wait is needed because the server writes the time of a key's last use in
    /// the background.
    /// </summary>
    public async Task<IReadOnlyList<JsonNode>> ListUntilAsync(Operation operation, Func<IReadOnlyList<JsonNode>, bool> isExpected)
    {
        var started = TimeProvider.System.GetTimestamp();
        var items = await ListAsync(operation);
        while (!isExpected(items) && TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Pause);
            items = await ListAsync(operation);
        }

        return items;
    }

    /// <summary>Runs independent steps in parallel, a few at a time, because starting a command is slow.</summary>
    public static Task InParallelAsync<T>(IEnumerable<T> all, Func<T, Task> step) => Parallel.ForEachAsync(
        all, new ParallelOptions { MaxDegreeOfParallelism = MaximumParallelism }, async (one, _) => await step(one));

    /// <summary>Expects every operation to be refused.</summary>
    public Task AllFailAsync(string code, params Operation[] operations) => InParallelAsync(operations, operation => FailsAsync(code, operation));

    /// <summary>Expects an operation to be refused with a code and returns the message.</summary>
    public async Task<string> FailsAsync(string code, Operation operation)
    {
        var outcome = await TryAsync(operation);
        Assert.True(code == outcome.Code, $"{operation}: {outcome.Code ?? "done"}, not {code}");
        return outcome.Message!;
    }
}
