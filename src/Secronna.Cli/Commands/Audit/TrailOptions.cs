using System.CommandLine;
using Secronna.Cli.Errors;
using Secronna.Cli.Output;
using Secronna.Cli.Session;
using Secronna.Cli.Trail;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Commands.Audit;

/// <summary>The options by which commands verify the trail.</summary>
internal sealed class TrailOptions
{
    private Option<string?> Key { get; } = new("--key")
    {
        Description = "Pin this key of the log (name+id+base64) instead of the pinned one, or of the one that the server names at first use",
        HelpName = "KEY",
    };

    private Option<string?> State { get; } = new("--state")
    {
        Description = "Keep the pinned key and the last checkpoint in this folder instead of beside the session",
        HelpName = "DIR",
    };

    private Option<string?> AcceptEpoch { get; } = new("--accept-epoch")
    {
        Description = "Follow the log to this new epoch, after its operator restored or copied the database",
        HelpName = "NAME",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[Key, State, AcceptEpoch])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Verifies the trail on the server, while other commands that use the same state wait.</summary>
    /// <exception cref="UsageException">The key or the epoch is malformed.</exception>
    /// <param name="invocation">The run of the command.</param>
    /// <param name="isDeep">Whether what the server stores is compared with the log.</param>
    public async Task<(Checkpoint Checkpoint, VerifiedTrail Verified)> VerifyAsync(CommandInvocation invocation, bool isDeep = false)
    {
        var (key, epoch, folder) = Read(invocation);
        var server = ServerAddress.Origin(invocation.Connection.Server);
        var states = folder ?? SessionFile.FolderOfUser;
        using var turn = await TrailStateFile.LockAsync(states, TimeProvider.System, invocation.Cancellation).ConfigureAwait(false);
        // Several answers are in memory at the same time, and the server isn't trusted to keep them short.
        using var client = invocation.Connection.CreateClient(maximumAnswerBytes: LogFileKind.LongestBundle);
        var file = new TrailStateFile(states, server);
        var result = isDeep
            ? await new DeepVerifier(client, file, isOneLog: folder is not null).VerifyAsync(key, epoch, invocation.Cancellation).ConfigureAwait(false)
            : await new TrailVerifier(client, file, isOneLog: folder is not null).VerifyAsync(key, epoch, invocation.Cancellation).ConfigureAwait(false);
        if (result.Verified is { Pinned: true } or { First: true })
        {
            StandardError.WriteNote(FirstUse(result.Verified, server));
        }

        return result;
    }

    /// <summary>Verifies an exported log in a folder, without a server.</summary>
    /// <exception cref="UsageException">The key or the epoch is malformed, or no key is pinned.</exception>
    public async Task<VerifiedTrail> VerifyAsync(CommandInvocation invocation, string bundle)
    {
        var (key, epoch, folder) = Read(invocation);
        var states = folder ?? SessionFile.FolderOfUser;
        using var turn = await TrailStateFile.LockAsync(states, TimeProvider.System, invocation.Cancellation).ConfigureAwait(false);
        var verifier = new FolderVerifier(new FolderLog(bundle), states, isOneLog: folder is not null);
        var (verified, later) = await verifier.VerifyAsync(key, epoch, invocation.Cancellation).ConfigureAwait(false);
        if (later is not null)
        {
            StandardError.WriteNote($"The folder is older than what was verified last of this log, {later.Size} entries of {later.Origin}, and can't be compared with that.");
        }
        else if (verified.First)
        {
            StandardError.WriteNote(FirstUse(verified, bundle));
        }

        return verified;
    }

    private (PinnedKey? Key, string? Epoch, string? Folder) Read(CommandInvocation invocation) => (
        invocation.Get(Key) is { } text ? Pinned(text) : null,
        invocation.Get(AcceptEpoch) is { } name ? Accepted(name) : null,
        invocation.Get(State));

    private static string FirstUse(VerifiedTrail verified, string server) => verified.Pinned
        ? $"Pinned the key that {server} names, because nothing of this server was verified before: {verified.Key}\nCompare it with the key that the operator or another person has."
        : $"Nothing of this log was verified before: {verified.Origin}";

    private static PinnedKey Pinned(string text) => PinnedKey.TryParse(text, out var key)
        ? key
        : throw new UsageException("--key must be a log's key as `secronna api GET /audit/keys` shows it: secronna/…+…+…");

    private static string Accepted(string text) => Origin.TryParse(text, out _)
        ? text
        : throw new UsageException("--accept-epoch must be the name of a log's epoch: secronna/INSTALLATION/WORKSPACE/EPOCH");
}
