using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Fallback;

/// <summary>
/// Reveals the values of an environment, and uses the copy of the last values while the server can't be reached. The copy is
/// also used when the server confirms that it is current; then the server decrypts nothing.
/// </summary>
/// <param name="client">The client of the server.</param>
/// <param name="server">The server's origin.</param>
/// <param name="file">The file of the copy.</param>
/// <param name="time">The clock that gives the copy's age.</param>
internal sealed class FallbackReveal(SecronnaClient client, string server, FallbackFile file, TimeProvider time)
{
    private const int FirstServerError = 500;

    /// <summary>The values.</summary>
    /// <param name="environment">The environment: its id or path.</param>
    /// <param name="keys">The chosen keys; <c>null</c> means all.</param>
    /// <param name="note">Receives notes for the user.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="SecronnaException">The server refused; or it can't be reached, and there is no copy.</exception>
    /// <exception cref="CliException">The file is not a copy of this environment of this server.</exception>
    public async Task<IReadOnlyList<FallbackSecret>> RevealAsync(
        string environment, IReadOnlyList<string>? keys, Action<string> note, CancellationToken cancellation)
    {
        var opened = Read(environment);
        var copy = opened is not null && opened.IsOf(keys) ? opened : null;
        try
        {
            var current = await CurrentAsync(environment, keys, copy, cancellation).ConfigureAwait(false);
            Keep(current, note);
            return current.Secrets;
        }
        catch (SecronnaException error) when (IsEndOfCopy(error, opened, copy))
        {
            file.Delete();
            throw;
        }
        catch (SecronnaException error) when (IsAway(error))
        {
            if (copy is null)
            {
                note($"There is no usable copy in {file.Path}: none was kept, or it is of other keys, or another key sealed it.");
                throw;
            }

            note(Warning(error, copy));
            return copy.Secrets;
        }
    }

    // Reads the copy, whichever keys were chosen for it. Null where there is no copy, or this credential does not open it.
    private FallbackCopy? Read(string environment)
    {
        var copy = file.Read();
        return copy is null || (copy.Server, copy.Environment) == (server, environment)
            ? copy
            : throw new CliException($"{file.Path} is a copy of {copy.Environment} of {copy.Server}: name another file, or remove this one");
    }

    private async Task<FallbackCopy> CurrentAsync(
        string environment, IReadOnlyList<string>? keys, FallbackCopy? copy, CancellationToken cancellation)
    {
        var revealed = copy is null
            ? await client.Environments.RevealAsync(environment, keys, null, cancellation).ConfigureAwait(false)
            : await client.Environments.RevealIfChangedAsync(environment, copy.Revision, keys, cancellation).ConfigureAwait(false);
        return revealed is null
            ? copy! with { ConfirmedAt = time.GetUtcNow() }
            : new FallbackCopy(
                server, environment, keys, revealed.Revision, time.GetUtcNow(),
                [.. revealed.Secrets.Select(secret => new FallbackSecret(secret.Key, secret.Value))]);
    }

    // The caller has the values already, so a failure to write the copy is only a warning.
    private void Keep(FallbackCopy copy, Action<string> note)
    {
        try
        {
            file.Write(copy);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            note($"Warning: the copy could not be written to {file.Path}: {exception.Message}");
        }
    }

    // A caller who may no longer read the values must not get them from the copy. If the copy has other keys than the refused
    // request, it is kept, unless the server refuses the credential itself.
    private static bool IsEndOfCopy(SecronnaException error, FallbackCopy? opened, FallbackCopy? copy) =>
        (copy is not null && IsRefusal(error)) || (opened is not null && error.Code == ErrorCodes.AuthRequired);

    // Only the server itself answers with these codes. A proxy's 404 has none of them.
    private static bool IsRefusal(SecronnaException error) => error.Code is ErrorCodes.AuthRequired or ErrorCodes.Forbidden or ErrorCodes.NotFound;

    // A status below 500 is a refusal, even where it comes from a proxy: then the copy is not used.
    private static bool IsAway(SecronnaException error) => error.IsUnavailable && error.Status is null or >= FirstServerError;

    private string Warning(SecronnaException error, FallbackCopy copy) =>
        $"Warning: {error.Message}. Using the values of {copy.ConfirmedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}, {Age(copy)}, from {file.Path}. The server has no record of this read.";

    private string Age(FallbackCopy copy) => (time.GetUtcNow() - copy.ConfirmedAt) switch
    {
        { Ticks: < 0 } => "a time in the future by this machine's clock",
        { TotalMinutes: < 1 } => "less than a minute old",
        { TotalMinutes: < 120 } age => $"{age.TotalMinutes:0} minutes old",
        { TotalHours: < 48 } age => $"{age.TotalHours:0} hours old",
        var age => $"{age.TotalDays:0} days old",
    };
}
