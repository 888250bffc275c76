using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Fallback;

/// <summary>
/// An environment's values from its server, or from the copy of when it last gave them, while it can't be reached. A copy
/// that the server calls the newest is used too: then nothing is decrypted there again.
/// </summary>
internal sealed class FallbackReveal(SecronnaClient client, string server, CopyFile file, TimeProvider time)
{
    private const int FirstServerError = 500;

    /// <summary>The values.</summary>
    /// <param name="environment">Whose.</param>
    /// <param name="keys">Which keys; null is all.</param>
    /// <param name="note">Gets what a person should know.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="SecronnaException">The server refused; or it can't be reached, and there is no copy.</exception>
    /// <exception cref="CliException">The file is another one's.</exception>
    public async Task<IReadOnlyList<CopiedSecret>> RevealAsync(
        string environment, IReadOnlyList<string>? keys, Action<string> note, CancellationToken cancellation)
    {
        var opened = Copy(environment);
        var copy = opened is not null && opened.IsOf(keys) ? opened : null;
        try
        {
            var current = await CurrentAsync(environment, keys, copy, cancellation).ConfigureAwait(false);
            Keep(current, note);
            return current.Secrets;
        }
        catch (SecronnaException error) when ((copy is not null && IsRefusal(error)) || (opened is not null && error.Code == ErrorCodes.AuthRequired))
        {
            file.Delete();
            throw;
        }
        catch (SecronnaException error) when (IsAway(error))
        {
            if (copy is null)
            {
                note($"There is no copy in {file.Path} that this key opens and that has these keys.");
                throw;
            }

            note($"Warning: {error.Message}. These are the values of {copy.ConfirmedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}, {Age(copy)} old, "
                + $"from {file.Path}. The server has no record of this read.");
            return copy.Secrets;
        }
    }

    // Of whatever keys, if this credential opens it.
    private SecretsCopy? Copy(string environment)
    {
        var copy = file.Read();
        return copy is null || (copy.Server, copy.Environment) == (server, environment)
            ? copy
            : throw new CliException($"{file.Path} is a copy of {copy.Environment} of {copy.Server}: name another file, or remove it");
    }

    private async Task<SecretsCopy> CurrentAsync(
        string environment, IReadOnlyList<string>? keys, SecretsCopy? copy, CancellationToken cancellation)
    {
        var revealed = copy is null
            ? await client.Environments.RevealAsync(environment, keys, null, cancellation).ConfigureAwait(false)
            : await client.Environments.RevealIfChangedAsync(environment, copy.Revision, keys, cancellation).ConfigureAwait(false);
        return revealed is null
            ? copy! with { ConfirmedAt = time.GetUtcNow() }
            : new SecretsCopy(
                server, environment, keys, revealed.Revision, time.GetUtcNow(),
                [.. revealed.Secrets.Select(secret => new CopiedSecret(secret.Key, secret.Value))]);
    }

    // Who has the values is not to fail for want of the next time's.
    private void Keep(SecretsCopy copy, Action<string> note)
    {
        try
        {
            file.Write(copy);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            note($"Warning: the copy could not be kept in {file.Path}: {exception.Message}");
        }
    }

    // By the server itself: who may no longer read what is there is not to have it from the last time. Where other keys were
    // asked for, only a credential that counts no more says something of the copy's.
    private static bool IsRefusal(SecronnaException error) => error.Code is ErrorCodes.AuthRequired or ErrorCodes.Forbidden or ErrorCodes.NotFound;

    // Never after a refusal, whoever it came from: a proxy's 404 is one too.
    private static bool IsAway(SecronnaException error) => error.IsUnavailable && error.Status is null or >= FirstServerError;

    private string Age(SecretsCopy copy) => (time.GetUtcNow() - copy.ConfirmedAt) switch
    {
        { Ticks: < 0 } => "by a clock that was ahead not yet a minute",
        { TotalMinutes: < 1 } => "less than a minute",
        { TotalMinutes: < 120 } age => $"{age.TotalMinutes:0} minutes",
        { TotalHours: < 48 } age => $"{age.TotalHours:0} hours",
        var age => $"{age.TotalDays:0} days",
    };
}
