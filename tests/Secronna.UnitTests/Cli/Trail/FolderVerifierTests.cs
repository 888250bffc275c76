using Secronna.Cli.Errors;
using Secronna.Cli.Trail;
using Xunit;

namespace Secronna.UnitTests.Cli.Trail;

/// <summary><c>audit verify --bundle</c> over folders that were made by a log in memory.</summary>
public sealed class FolderVerifierTests : IDisposable
{
    // Three levels of tiles, of which the two upper ones are unfinished.
    private const int Many = 66_000;

    private static readonly Lazy<FakeLog> LargeLog = new(() => FakeLog.With(Many));

    private readonly string root = Directory.CreateTempSubdirectory("secronna-").FullName;

    private string Bundle => Path.Combine(root, "bundle");

    private string States => Path.Combine(root, "states");

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    public async Task A_folder_is_verified_from_its_first_entry_on_with_a_key_that_is_given(int size)
    {
        using var log = FakeLog.With(size);
        log.WriteTo(Bundle);
        var (verified, later) = await VerifyAsync(log.VerifierKey);
        Assert.Equal(
            (0, size, size, true, false, log.Checkpoint.Root.ToString()),
            (verified.From, verified.Size, verified.Entries, verified.First, verified.Pinned, verified.Root));
        Assert.Null(later);
        // The key is pinned from now on.
        Assert.False((await VerifyAsync()).Verified.First);
    }

    [Fact]
    public async Task A_key_is_never_taken_from_the_folder()
    {
        using var log = FakeLog.With(3);
        log.WriteTo(Bundle);
        await File.WriteAllTextAsync(Path.Combine(Bundle, "keys"), log.VerifierKey + "\n", TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<UsageException>(() => VerifyAsync());
        Assert.Equal(2, error.ExitCode);
        Assert.Contains("--key", error.Message, StringComparison.Ordinal);
        using var other = FakeLog.With(3, seed: 2);
        await FailsAsync("isn't signed by the pinned key", other.VerifierKey);
        Assert.Empty(Directory.GetFiles(States, "trail-*"));
    }

    [Fact]
    public async Task The_key_and_the_checkpoint_of_a_server_of_the_installation_count_too()
    {
        using var log = FakeLog.With(300);
        await VerifyServerAsync(log);
        using var fork = FakeLog.With(400, reason: "another");
        fork.WriteTo(Path.Combine(root, "fork"));
        await FailsAsync("the first 300 entries aren't those of the checkpoint that was verified before", bundle: "fork");

        log.Append(100);
        log.WriteTo(Bundle);
        Assert.False((await VerifyAsync()).Verified.First);
    }

    [Fact]
    public async Task Another_installation_needs_its_own_key()
    {
        using var log = FakeLog.With(3);
        await VerifyServerAsync(log);
        using var other = FakeLog.With(3, installation: "ins_2");
        other.WriteTo(Bundle);
        await Assert.ThrowsAsync<UsageException>(() => VerifyAsync());
        await VerifyAsync(other.VerifierKey);
    }

    [Fact]
    public async Task A_witness_refuses_the_folder_of_another_workspace()
    {
        using var log = FakeLog.With(3);
        log.WriteTo(Bundle);
        await VerifyAsync(log.VerifierKey, isOneLog: true);
        using var other = FakeLog.With(3, workspace: "acc_2");
        other.WriteTo(Path.Combine(root, "other"));
        await Assert.ThrowsAsync<TrailMismatchException>(() => VerifyAsync(bundle: "other", isOneLog: true));
        Assert.True((await VerifyAsync(bundle: "other")).Verified.First);
    }

    [Fact]
    public async Task A_folder_that_grows_must_extend_what_was_verified_and_an_older_one_is_verified_by_itself()
    {
        using var log = FakeLog.With(300);
        log.WriteTo(Path.Combine(root, "older"));
        await VerifyAsync(log.VerifierKey, bundle: "older");
        log.Append(300);
        log.WriteTo(Bundle);
        Assert.Null((await VerifyAsync()).Later);

        var (verified, later) = await VerifyAsync(bundle: "older");
        Assert.Equal((300, 600), (verified.Size, later!.Size));
        using var fork = FakeLog.With(700, reason: "another");
        fork.WriteTo(Path.Combine(root, "fork"));
        await FailsAsync("the first 600 entries aren't those", bundle: "fork");
    }

    [Fact]
    public async Task A_new_epoch_must_be_accepted_and_says_once_that_entries_were_lost()
    {
        using var log = FakeLog.With(300);
        log.WriteTo(Bundle);
        await VerifyAsync(log.VerifierKey);
        using var restored = FakeLog.With(400, epoch: 2, reason: "again");
        restored.WriteTo(Path.Combine(root, "restored"));
        Assert.Equal(4, (await Assert.ThrowsAsync<NewEpochException>(() => VerifyAsync(bundle: "restored"))).ExitCode);
        var error = await Assert.ThrowsAsync<NewEpochException>(() => VerifyAsync(epoch: restored.Origin.ToString(), bundle: "restored"));
        Assert.Contains("are lost", error.Message, StringComparison.Ordinal);
        Assert.Equal(400, (await VerifyAsync(bundle: "restored")).Verified.Size);
        Assert.Equal(2, (await VerifyAsync()).Later!.Origin.Epoch);
    }

    [Theory]
    [InlineData("tile/entries/000", "tile/entries/000")]
    [InlineData("tile/entries/257.p/208", "tile/entries/257.p/208")]
    [InlineData("tile/0/256", "tile/0/256")]
    [InlineData("tile/0/257.p/208", "tile/0/257.p/208")]
    [InlineData("tile/1/000", "tile/1/000")]
    [InlineData("tile/1/001.p/1", "tile/1/001.p/1")]
    [InlineData("tile/2/000.p/1", "tile/2/000.p/1")]
    [InlineData("checkpoint", "the checkpoint")]
    public async Task One_changed_bit_of_any_file_is_found_and_the_file_is_named(string name, string said)
    {
        var log = LargeLog.Value;
        log.WriteTo(Bundle);
        Assert.Equal(Many, (await VerifyAsync(log.VerifierKey)).Verified.Entries);
        var path = Path.Combine([Bundle, .. name.Split('/')]);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        foreach (var position in new[] { 0, bytes.Length / 2, bytes.Length - 2 })
        {
            bytes[position] ^= 1;
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
            await FailsAsync(said, log.VerifierKey);
            bytes[position] ^= 1;
        }
    }

    [Fact]
    public async Task A_changed_entry_is_found_where_the_tiles_were_changed_with_it()
    {
        using var log = FakeLog.With(300);
        using var changed = FakeLog.With(299);
        changed.Append(1, "another");
        changed.WriteTo(Bundle);
        await File.WriteAllTextAsync(
            Path.Combine(Bundle, "checkpoint"), log.Checkpoint.Sign(log.Key).ToString(), TestContext.Current.CancellationToken);
        await FailsAsync($"don't lead to the root in {Path.Combine(Bundle, "checkpoint")}", log.VerifierKey);
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("tile/entries/000")]
    [InlineData("tile/0/001.p/44")]
    [InlineData("tile/1/000.p/1")]
    public async Task A_missing_file_is_no_proof_of_a_change_and_is_named(string name)
    {
        using var log = FakeLog.With(300);
        log.WriteTo(Bundle);
        var path = Path.Combine([Bundle, .. name.Split('/')]);
        File.Delete(path);
        var error = await Assert.ThrowsAsync<CliException>(() => VerifyAsync(log.VerifierKey));
        Assert.Equal(1, error.ExitCode);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    private async Task<FolderResult> VerifyAsync(string? key = null, string? epoch = null, string bundle = "bundle", bool isOneLog = false)
    {
        var pinned = key is null ? null : PinnedKey.TryParse(key, out var parsed) ? parsed : throw new ArgumentException(key);
        using var turn = await TrailStateFile.LockAsync(States, TimeProvider.System, TestContext.Current.CancellationToken);
        return await new FolderVerifier(new FolderLog(Path.Combine(root, bundle)), States, isOneLog)
            .VerifyAsync(pinned, epoch, TestContext.Current.CancellationToken);
    }

    private async Task VerifyServerAsync(FakeLog log)
    {
        using var turn = await TrailStateFile.LockAsync(States, TimeProvider.System, TestContext.Current.CancellationToken);
        using var client = log.Client();
        await new TrailVerifier(client, new TrailStateFile(States, FakeLog.Server), isOneLog: false)
            .VerifyAsync(null, null, TestContext.Current.CancellationToken);
    }

    private async Task FailsAsync(string said, string? key = null, string bundle = "bundle")
    {
        var error = await Assert.ThrowsAsync<TrailMismatchException>(() => VerifyAsync(key, bundle: bundle));
        Assert.Equal(3, error.ExitCode);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }
}
