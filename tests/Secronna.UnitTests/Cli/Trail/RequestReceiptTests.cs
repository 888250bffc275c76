using System.Text.Json;
using Secronna.Cli.Errors;
using Secronna.Cli.Trail;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Cli.Trail;

/// <summary>The receipt of a request, from a server that tells the truth and from servers that don't.</summary>
public sealed class RequestReceiptTests
{
    private const int Size = 300;
    private const int Sequence = 120;

    private static readonly string Request = $"req_{Sequence:D26}";

    [Fact]
    public async Task The_entries_of_a_request_are_proven()
    {
        using var log = FakeLog.With(Size);
        var entry = Assert.Single(await ReadAsync(log, Sequence));
        Assert.Equal((Sequence, "secret.reveal", ReceiptEntry.Proven), (entry.Sequence, entry.Action, entry.Proof));
    }

    [Fact]
    public async Task An_entry_beyond_the_checkpoint_is_not_covered_yet()
    {
        using var log = FakeLog.With(Size);
        var entry = Assert.Single(await ReadAsync(log, Size + 1));
        Assert.Equal((Size + 1, ReceiptEntry.NotCoveredYet), (entry.Sequence, entry.Proof));
        Assert.DoesNotContain(log.Asked, path => path.Contains("proof", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_changed_entry_is_found()
    {
        using var log = FakeLog.With(Size);
        log.Entries[Sequence - 1] = FakeLog.Entry(Sequence, "another");
        await FailsAsync(log, Sequence, "the proof of entry 120 doesn't lead to the root");
    }

    [Fact]
    public async Task A_proven_entry_of_another_request_is_found()
    {
        using var log = FakeLog.With(Size);
        await FailsAsync(log, Sequence + 1, "entry 121 is proven, but it is of another request");
    }

    [Fact]
    public async Task A_request_without_entries_is_not_found()
    {
        using var log = FakeLog.With(Size);
        var error = await Assert.ThrowsAsync<CliException>(() => ReadAsync(log, null));
        Assert.Equal(("NOT_FOUND", 1), (error.Code, error.ExitCode));
    }

    // The server lists this entry for the request.
    private static async Task<List<ReceiptEntry>> ReadAsync(FakeLog log, int? listed)
    {
        log.Instead = path => path == "" ? FakeLog.Json(List(listed)) : path == $"{listed}/proof" ? FakeLog.Json(Proof(log, listed!.Value)) : null;
        using var client = log.Client();
        return await new RequestReceipt(client, Request)
            .ReadAsync(log.Checkpoint, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
    }

    private static async Task FailsAsync(FakeLog log, int listed, string said)
    {
        var error = await Assert.ThrowsAsync<TrailMismatchException>(() => ReadAsync(log, listed));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    private static string List(int? listed) => Answer(listed is null ? "[]" : $$$"""
        [{"id":"aud_1","sequence":{{{listed}}},"createdAt":"2026-01-01T00:00:00Z","actorType":"api_key","actorId":"key_1","action":"secret.reveal","outcome":"success","requestId":"{{{Request}}}","metadata":{}}]
        """);

    private static string Proof(FakeLog log, int sequence)
    {
        var proof = InclusionProof.Make(sequence - 1, Size, log.Tile);
        var entry = log.Entries[sequence - 1];
        return Answer($$$"""
            {"epoch":1,"entry":"{{{Convert.ToHexStringLower(entry)}}}","leafHash":"{{{TreeHasher.HashLeaf(entry)}}}","index":{{{sequence - 1}}},"size":{{{Size}}},"hashes":{{{JsonSerializer.Serialize(proof.Hashes.Select(hash => hash.ToString()))}}}}
            """);
    }

    private static string Answer(string data) => $$$"""{"data":{{{data}}},"error":null,"meta":{}}""";
}
