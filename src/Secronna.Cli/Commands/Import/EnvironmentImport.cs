using Secronna.Cli.Output;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Import;

/// <summary>
/// Compares keys and values with an environment, and writes those that differ, each only over the version that was compared.
/// What fails on the way leaves whole batches behind, and goes on when it is run again.
/// </summary>
/// <param name="environments">The server.</param>
/// <param name="id">The environment.</param>
/// <param name="note">Tells a person how far it came when it fails.</param>
internal sealed class EnvironmentImport(EnvironmentsClient environments, string id, Action<string> note)
{
    // However long their values are, so many fit into one answer.
    private const int RevealKeys = Limits.RevealBytes / Limits.ValueBytes;

    /// <summary>What there is to do. The values of the keys that are there already are revealed, and no others.</summary>
    /// <exception cref="SecronnaException">The caller may not list or reveal them.</exception>
    public async Task<IReadOnlyList<ImportStep>> PlanAsync(
        IReadOnlyList<KeyValuePair<string, string>> secrets, CancellationToken cancellation)
    {
        var keys = await ListAsync([.. secrets.Select(secret => secret.Key)], cancellation).ConfigureAwait(false);
        var there = new Dictionary<string, RevealedSecret>(StringComparer.Ordinal);
        foreach (var some in keys.Chunk(RevealKeys))
        {
            foreach (var secret in await RevealAsync(some, cancellation).ConfigureAwait(false))
            {
                there.Add(secret.Key, secret);
            }
        }

        return [.. secrets.Select(secret => Compare(secret.Key, secret.Value, there.GetValueOrDefault(secret.Key)))];
    }

    /// <summary>Writes what differs, a batch at a time; all keys, in their order.</summary>
    /// <exception cref="SecronnaException">A batch failed; the note says what was written before it.</exception>
    public async Task<IReadOnlyList<ImportedKey>> WriteAsync(IReadOnlyList<ImportStep> steps, CancellationToken cancellation)
    {
        var writes = steps.Where(step => step.IsWrite).ToList();
        var versions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var batch in ImportBatches.Of(writes))
        {
            try
            {
                foreach (var written in await WriteAsync(batch, cancellation).ConfigureAwait(false))
                {
                    versions.Add(written.Key, written.Version);
                }
            }
            catch (Exception exception) when (exception is SecronnaException or OperationCanceledException)
            {
                note(Progress(writes.Count, versions.Count, batch.Secrets.Count, exception));
                throw;
            }
        }

        return [.. steps.Select(step => step.IsWrite ? new ImportedKey(step.Key, step.Result, versions[step.Key]) : step.Planned)];
    }

    private static ImportStep Compare(string key, string value, RevealedSecret? there) => there is null
        ? new ImportStep(key, value, ImportResults.Added, 0)
        : new ImportStep(
            key, value, string.Equals(there.Value, value, StringComparison.Ordinal) ? ImportResults.Unchanged : ImportResults.Changed, there.Version);

    // A server that refused wrote nothing of the batch; one that did not answer may have written all of it.
    private static string Progress(int all, int written, int failed, Exception exception)
    {
        var unknown = exception is SecronnaException { Status: < 500 } ? "" : $", and it is not known whether the next {failed} were";
        return $"{written} of {all} keys were written{unknown}. Run it again: it compares with what is there then, and goes on.";
    }

    private ValueTask<List<string>> ListAsync(HashSet<string> wanted, CancellationToken cancellation) =>
        environments.ListSecretsAsync(id, cancellation: cancellation).Select(secret => secret.Key).Where(wanted.Contains).ToListAsync(cancellation);

    private async Task<IReadOnlyList<RevealedSecret>> RevealAsync(string[] keys, CancellationToken cancellation)
    {
        try
        {
            return (await environments.RevealAsync(id, keys, cancellation: cancellation).ConfigureAwait(false)).Secrets;
        }
        catch (SecronnaException exception) when (exception.Code is ErrorCodes.NotFound or ErrorCodes.Forbidden)
        {
            throw Explained(
                exception, "an import compares with the values that are there, which takes the permission to reveal them; or they were deleted just now");
        }
    }

    private async Task<IReadOnlyList<WrittenResponse>> WriteAsync(BatchRequest batch, CancellationToken cancellation)
    {
        try
        {
            return await environments.WriteAllAsync(id, batch, cancellation).ConfigureAwait(false);
        }
        catch (SecronnaException exception) when (exception.Code is ErrorCodes.NotFound or ErrorCodes.Forbidden)
        {
            throw Explained(exception, "an import takes the permission to write every key that differs");
        }
        catch (SecronnaException exception) when (exception.Code == ErrorCodes.Conflict && Named(batch, exception) is { } write)
        {
            throw Explained(exception, write.ExpectedVersion == 0
                ? "it was created meanwhile, or was there and you may not list it"
                : "it was written meanwhile, and is not overwritten");
        }
    }

    private static WriteSecretRequest? Named(BatchRequest batch, SecronnaException exception) =>
        batch.Secrets.FirstOrDefault(write => exception.Message.StartsWith(write.Key + ":", StringComparison.Ordinal));

    private static SecronnaException Explained(SecronnaException exception, string why) =>
        new($"{exception.Message} ({why})", exception.Code, exception.Status, exception.RequestId);
}
