using System.Net;
using Secronna.Cli.Errors;
using Secronna.Cli.Trail;
using Secronna.Client;
using Secronna.Crypto.Trail;
using Secronna.UnitTests.Cli.Session;
using Xunit;

namespace Secronna.UnitTests.Cli.Trail;

/// <summary><c>audit verify</c> against a log in memory.</summary>
public sealed class TrailVerifierTests : IDisposable
{
    private const int Many = 3_000;

    private readonly string folder = Directory.CreateTempSubdirectory("secronna-").FullName;

    private TrailStateFile File => new(folder, FakeLog.Server);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_first_verification_pins_the_servers_key_and_reads_everything()
    {
        using var log = FakeLog.With(Many);
        var verified = await VerifyAsync(log);
        Assert.Equal((0, Many, Many, true, log.VerifierKey), (verified.From, verified.Size, verified.Entries, verified.Pinned, verified.Key));
        Assert.InRange(log.MostInHand, 2, 8);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 300)]
    [InlineData(255, 256)]
    [InlineData(256, 257)]
    [InlineData(300, 300)]
    [InlineData(512, 1024)]
    [InlineData(1000, Many)]
    public async Task A_later_verification_reads_only_the_entries_since(int before, int after)
    {
        using var log = FakeLog.With(before);
        await VerifyAsync(log);
        log.Append(after - before);
        log.Asked.Clear();
        var verified = await VerifyAsync(log);
        Assert.Equal((before, after, after - before, false), (verified.From, verified.Size, verified.Entries, verified.Pinned));
        Assert.DoesNotContain("keys", log.Asked);
        Assert.Equal(((after + 255) / 256) - (before / 256), log.Asked.Count(path => path.Contains("entries", StringComparison.Ordinal)) + (before == after && before % 256 != 0 ? 1 : 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    [InlineData(Many - 1)]
    public async Task A_changed_entry_is_found(int index)
    {
        using var log = FakeLog.With(Many);
        log.Entries[index] = FakeLog.Entry(index + 1, "another");
        await FailsAsync(log, "don't lead to the root");
        Assert.False(System.IO.File.Exists(File.Path));
    }

    [Fact]
    public async Task A_changed_entry_among_those_that_were_verified_before_is_found_when_its_bundle_is_read_again()
    {
        using var log = FakeLog.With(300);
        await VerifyAsync(log);
        log.Append(1);
        log.Entries[260] = FakeLog.Entry(261, "another");
        await FailsAsync(log, "that were verified before, up to entry 300, were changed");
    }

    [Fact]
    public async Task An_entry_in_the_place_of_another_is_found()
    {
        using var log = FakeLog.With(10);
        log.Entries[3] = FakeLog.Entry(5, "why");
        await FailsAsync(log, "in the place of entry 4 tile/entries/000.p/10 has entry 5");
    }

    [Theory]
    [InlineData(300)]
    [InlineData(400)]
    public async Task A_forked_log_is_found_and_the_old_checkpoint_is_kept(int size)
    {
        using var log = FakeLog.With(300);
        await VerifyAsync(log);
        var state = await System.IO.File.ReadAllTextAsync(File.Path, TestContext.Current.CancellationToken);
        using var fork = FakeLog.With(size, reason: "another");
        await FailsAsync(fork, "the first 300 entries aren't those of the checkpoint that was verified before");
        Assert.Equal(state, await System.IO.File.ReadAllTextAsync(File.Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_shrunk_log_is_found()
    {
        using var log = FakeLog.With(300);
        await VerifyAsync(log);
        using var shorter = FakeLog.With(299);
        await FailsAsync(shorter, "the log has 299 entries, but 300 were verified before");
    }

    [Fact]
    public async Task Another_key_is_refused_until_it_is_pinned_by_hand()
    {
        using var log = FakeLog.With(3);
        await VerifyAsync(log);
        using var other = FakeLog.With(4, seed: 2);
        await FailsAsync(other, "isn't signed by the pinned key");
        Assert.Equal(3, (await VerifyAsync(other, other.VerifierKey)).From);
        Assert.Equal(4, (await VerifyAsync(other)).From);
    }

    [Fact]
    public async Task A_key_that_is_pinned_by_hand_is_not_asked_of_the_server()
    {
        using var log = FakeLog.With(3);
        using var other = FakeLog.With(3, seed: 2);
        await FailsAsync(log, "isn't signed by the pinned key", other.VerifierKey);
        log.Asked.Clear();
        Assert.False((await VerifyAsync(log, log.VerifierKey)).Pinned);
        Assert.DoesNotContain("keys", log.Asked);
    }

    [Fact]
    public async Task Another_installation_at_the_same_address_is_refused()
    {
        using var log = FakeLog.With(3);
        await VerifyAsync(log);
        using var other = FakeLog.With(3, installation: "ins_2");
        await FailsAsync(other, "the checkpoint is of installation ins_2");
    }

    [Fact]
    public async Task Another_workspace_of_the_server_has_the_same_key_and_is_verified_from_its_first_entry_on()
    {
        using var log = FakeLog.With(3);
        Assert.True((await VerifyAsync(log)).First);
        using var other = FakeLog.With(2, workspace: "acc_2");
        var verified = await VerifyAsync(other);
        Assert.Equal((true, false, 0), (verified.First, verified.Pinned, verified.From));
        Assert.False((await VerifyAsync(other)).First);
        Assert.Equal(3, (await VerifyAsync(log)).From);
    }

    // Else a server could hide what it did to a log by giving another one to the witness.
    [Fact]
    public async Task A_witness_refuses_another_workspace()
    {
        using var log = FakeLog.With(3);
        await VerifyAsync(log, isOneLog: true);
        using var other = FakeLog.With(2, workspace: "acc_2");
        var error = await Assert.ThrowsAsync<TrailMismatchException>(() => VerifyAsync(other, isOneLog: true));
        Assert.Contains("another workspace", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verifier_that_is_stopped_begins_again_at_the_old_checkpoint()
    {
        using var log = FakeLog.With(10);
        await VerifyAsync(log);
        log.Append(Many);
        using var stop = new CancellationTokenSource();
        log.Instead = path =>
        {
            if (path.Contains("entries/005", StringComparison.Ordinal))
            {
                stop.Cancel();
            }

            return null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => VerifyAsync(log, cancellation: stop.Token));

        // What a killed write leaves behind is neither read nor kept.
        await System.IO.File.WriteAllTextAsync(File.Path + ".0123456789abcdef", "{", TestContext.Current.CancellationToken);
        log.Instead = _ => null;
        Assert.Equal(10, (await VerifyAsync(log)).From);
        Assert.Single(Directory.GetFiles(folder, "trail-*"));
    }

    [Fact]
    public async Task Verifiers_of_one_folder_take_turns()
    {
        var first = await TrailStateFile.LockAsync(folder, TimeProvider.System, TestContext.Current.CancellationToken);
        var time = new HurriedTime();
        var waiting = TrailStateFile.LockAsync(folder, time, TestContext.Current.CancellationToken);
        while (time.Waits.Count == 0)
        {
            await Task.Yield();
        }

        Assert.False(waiting.IsCompleted);
        first.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task A_state_that_cannot_be_read_is_never_replaced()
    {
        using var log = FakeLog.With(10);
        await System.IO.File.WriteAllTextAsync(File.Path, "{}", TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<CliException>(() => VerifyAsync(log));
        Assert.Equal(1, error.ExitCode);
        Assert.Equal("{}", await System.IO.File.ReadAllTextAsync(File.Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_new_epoch_is_followed_once_it_is_accepted()
    {
        using var log = FakeLog.With(300);
        await VerifyAsync(log);
        log.BeginEpoch(2);
        log.Append(4);
        var error = await Assert.ThrowsAsync<NewEpochException>(() => VerifyAsync(log));
        Assert.Equal(4, error.ExitCode);
        Assert.Contains($"--accept-epoch {log.Origin}", error.Message, StringComparison.Ordinal);
        Assert.Contains("operator root began it at 1970-01-01 00:05:01Z with the reason \"the disk died\"", error.Message, StringComparison.Ordinal);
        Assert.Equal(300, (await VerifyAsync(log, epoch: log.Origin.ToString())).From);
        Assert.Equal(305, (await VerifyAsync(log)).From);
        log.BeginEpoch(1);
        await FailsAsync(log, "the log is in epoch 1, but epoch 2 was verified before");
    }

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    public async Task A_new_epoch_that_lost_entries_is_said_once_and_both_checkpoints_are_kept(int size)
    {
        using var log = FakeLog.With(300);
        await VerifyAsync(log);
        using var restored = FakeLog.With(100);
        restored.BeginEpoch(2, before: log.Checkpoint);
        restored.Append(size - 101, "again");
        await Assert.ThrowsAsync<NewEpochException>(() => VerifyAsync(restored));
        var error = await Assert.ThrowsAsync<NewEpochException>(() => VerifyAsync(restored, epoch: restored.Origin.ToString()));
        Assert.Contains("entries 101 to 300 of epoch 1, which were verified before, are lost", error.Message, StringComparison.Ordinal);
        var known = File.Read()!.Logs[FakeLog.Workspace];
        Assert.Contains("\n300\n", Assert.Single(known.Earlier!), StringComparison.Ordinal);
        Assert.Equal(size, (await VerifyAsync(restored)).From);
    }

    [Fact]
    public async Task A_new_epoch_does_not_hide_that_earlier_entries_were_changed()
    {
        using var log = FakeLog.With(300);
        await VerifyAsync(log);
        using var changed = FakeLog.With(300, reason: "again");
        changed.BeginEpoch(2, before: log.Checkpoint with { Size = 200 });
        await FailsAsync(changed, "the first 300 entries aren't those of the checkpoint that was verified before", accepted: changed.Origin);
    }

    [Fact]
    public async Task The_trees_that_the_entry_of_a_new_epoch_names_must_be_those_of_the_log()
    {
        using var log = FakeLog.With(300);
        await VerifyAsync(log);
        using var other = FakeLog.With(400);
        other.BeginEpoch(2, after: other.Checkpoint with { Root = log.Checkpoint.Root });
        await FailsAsync(other, "don't lead to the root", accepted: other.Origin);
        using var shorter = FakeLog.With(400);
        shorter.BeginEpoch(2, after: log.Checkpoint);
        await FailsAsync(shorter, "doesn't begin", accepted: shorter.Origin);
    }

    [Fact]
    public async Task An_epoch_that_no_entry_begins_is_refused()
    {
        using var log = FakeLog.With(300);
        await VerifyAsync(log);
        using var other = FakeLog.With(300, epoch: 2);
        await FailsAsync(other, "no entry of the log begins that epoch", accepted: other.Origin);
    }

    [Fact]
    public async Task A_partial_tile_that_is_gone_is_taken_from_the_full_one()
    {
        using var log = FakeLog.With(300);
        await VerifyAsync(log);
        log.Append(300);
        var note = await log.Client().GetAuditFileAsync("checkpoint", TestContext.Current.CancellationToken);
        log.Append(168);
        log.HasOnlyFullTiles = true;
        log.Instead = path => path == "checkpoint" ? FakeLog.Bytes(note.ToArray()) : null;
        var error = await Assert.ThrowsAsync<SecronnaException>(() => VerifyAsync(log));
        Assert.Equal("NOT_FOUND", error.Code);

        // Level 1 has three hashes and never a full tile here.
        log.Instead = path => path == "checkpoint" ? FakeLog.Bytes(note.ToArray())
            : path == "tile/1/000.p/1" ? FakeLog.Bytes(Hashes(log)) : null;
        Assert.Equal((300, 600), await SizesAsync(log));
    }

    [Theory]
    [InlineData("checkpoint", 1)]
    [InlineData("tile/entries/000", 3)]
    public async Task Answers_that_no_server_gives_are_refused(string path, int exitCode)
    {
        using var log = FakeLog.With(300);
        log.Instead = asked => asked == path ? FakeLog.Bytes(new byte[SignedNote.MaxSize + 1]) : null;
        var error = await Assert.ThrowsAnyAsync<CliException>(() => VerifyAsync(log));
        Assert.Equal(exitCode, error.ExitCode);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using var log = FakeLog.With(300);
        log.Instead = path => path == "tile/entries/000" ? new HttpResponseMessage(HttpStatusCode.Found)
        {
            Headers = { Location = new Uri("https://elsewhere.example/") },
        } : null;
        var error = await Assert.ThrowsAsync<SecronnaException>(() => VerifyAsync(log));
        Assert.Contains("redirects", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_of_requests_is_waited_out()
    {
        using var log = FakeLog.With(300);
        var refused = 0;
        log.Instead = _ =>
        {
            if (Interlocked.Increment(ref refused) % 6 == 0)
            {
                return null;
            }

            var answer = FakeLog.Json("""{"data":null,"error":{"code":"RATE_LIMITED","message":"no"},"meta":{}}""", HttpStatusCode.TooManyRequests);
            answer.Headers.Add("Retry-After", "0");
            return answer;
        };
        Assert.Equal((0, 300), await SizesAsync(log, log.VerifierKey));
    }

    [Fact]
    public async Task A_server_that_cannot_read_its_own_trail_is_a_wrong_trail()
    {
        using var log = FakeLog.With(300);
        log.Instead = path => path == "tile/entries/000" ? FakeLog.Json(
            """{"data":null,"error":{"code":"INTEGRITY_ERROR","message":"the audit trail is damaged here"},"meta":{}}""", HttpStatusCode.InternalServerError) : null;
        await FailsAsync(log, "the audit trail is damaged here");
    }

    private static byte[] Hashes(FakeLog log)
    {
        var hashes = new byte[TilePosition.FullSize];
        for (var i = 0; i < TilePosition.FullWidth; i++)
        {
            TreeHasher.HashLeaf(log.Entries[i], hashes.AsSpan(i * TreeHash.Size, TreeHash.Size));
        }

        return TreeHasher.HashPerfectTree(hashes).ToArray();
    }

    private async Task<(long From, long Size)> SizesAsync(FakeLog log, string? key = null)
    {
        var verified = await VerifyAsync(log, key);
        return (verified.From, verified.Size);
    }

    private async Task<VerifiedTrail> VerifyAsync(
        FakeLog log, string? key = null, string? epoch = null, bool isOneLog = false, CancellationToken? cancellation = null)
    {
        var pinned = key is null ? null : PinnedKey.TryParse(key, out var parsed) ? parsed : throw new ArgumentException(key);
        var file = File;
        using var turn = await TrailStateFile.LockAsync(folder, TimeProvider.System, TestContext.Current.CancellationToken);
        using var client = log.Client();
        return (await new TrailVerifier(client, file, isOneLog).VerifyAsync(
            pinned, epoch, cancellation ?? TestContext.Current.CancellationToken)).Verified;
    }

    private async Task FailsAsync(FakeLog log, string said, string? key = null, Origin? accepted = null)
    {
        var error = await Assert.ThrowsAsync<TrailMismatchException>(() => VerifyAsync(log, key, epoch: accepted?.ToString()));
        Assert.Equal(3, error.ExitCode);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }
}
