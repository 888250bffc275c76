using System.Text;
using Secronna.Crypto.Trail;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.LogFolders;

/// <summary>
/// Writes the log of a trail into a folder, from where an earlier export ended. The new checkpoint is written only once the files
/// lead to its root. So the folder extends what it held before, whatever happened to the database meanwhile.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="progress">Receives descriptions of the progress.</param>
internal sealed class LogExporter(Database database, Action<string> progress)
{
    /// <summary>Exports a log.</summary>
    /// <param name="log">The log.</param>
    /// <param name="path">The folder.</param>
    /// <param name="cancellation">Stops the export. A later one continues it.</param>
    /// <exception cref="SettingsException">The folder is of no use for this log; the message says why.</exception>
    /// <exception cref="TrailDamagedException">The entries are not those that the checkpoint covers.</exception>
    public async Task<ExportedLog> ExportAsync(PublishedLog log, string path, CancellationToken cancellation)
    {
        using var folder = LogFolder.Lock(path);
        RequireSameLog(folder, log);
        var old = ReadOld(folder, log);
        folder.Write(LogFolder.Keys, Encoding.UTF8.GetBytes(string.Concat(log.KeyTexts.Select(key => key + "\n"))));
        var tree = FolderTree.Restore(folder, old);
        await AppendAsync(tree, log, cancellation);
        tree.Publish(log);
        return new ExportedLog(
            log.Checkpoint.Origin.ToString(), old?.Size ?? 0, log.Checkpoint.Size, log.LastSequence - log.Checkpoint.Size);
    }

    private async Task AppendAsync(FolderTree tree, PublishedLog log, CancellationToken cancellation)
    {
        while (tree.Size < log.Checkpoint.Size)
        {
            cancellation.ThrowIfCancellationRequested();
            var slice = await LogSlice.ReadAsync(database, log.WorkspaceId, tree.Size, log.Checkpoint.Size);
            await tree.AppendAsync(slice, cancellation);
            progress($"{tree.Size:N0} of {log.Checkpoint.Size:N0} entries written to {tree.FolderPath}");
        }
    }

    // An export that was stopped early has keys and no checkpoint.
    private static void RequireSameLog(LogFolder folder, PublishedLog log)
    {
        var names = (folder.ReadKeys() ?? []).Select(key => Origin.TryParse(key.Split('+')[0], out var origin) ? origin : null);
        if (names.FirstOrDefault(origin => origin is null || origin != log.Identity.OriginOf(log.WorkspaceId, origin.Epoch)) is { } other)
        {
            throw new SettingsException($"{folder.Path} is an export of another log, {other}: name another folder");
        }
    }

    private static Checkpoint? ReadOld(LogFolder folder, PublishedLog log)
    {
        if (folder.ReadCheckpoint() is not { } note)
        {
            return null;
        }

        var old = log.Open(note) ?? throw new SettingsException(
            $"{folder.PathOf("checkpoint")} is not a checkpoint that this installation signed for {log.Checkpoint.Origin}: name another folder");
        return old.Size <= log.Checkpoint.Size && old.Origin.Epoch <= log.Checkpoint.Origin.Epoch
            ? old
            : throw new SettingsException(
                $"{folder.Path} has {old.Size} entries of epoch {old.Origin.Epoch}, and the database {log.Checkpoint.Size} of epoch {log.Checkpoint.Origin.Epoch}: "
                + "keep the folder, because it has entries that the database has lost, and name another one");
    }
}
