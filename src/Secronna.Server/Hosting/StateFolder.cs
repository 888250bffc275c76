using Secronna.Crypto.Trail;
using Secronna.Server.Hosting.Configuration;
using Secronna.Server.MasterKeys;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Engine;

namespace Secronna.Server.Hosting;

/// <summary>
/// The folder in which a node remembers what its database must not lose: the one that the settings name, else the data folder, else
/// that of the SQLite database.
/// </summary>
internal sealed class StateFolder(string path)
{
    private readonly string mark = Path.Combine(path, "restoring");

    /// <summary>The node's checkpoints.</summary>
    public CheckpointFolder Checkpoints { get; } = new(path);

    /// <summary>Whether a restored database was not made fit to be served completely.</summary>
    public bool IsRestoring => File.Exists(mark);

    /// <summary>The folder; <c>null</c> if the settings name none.</summary>
    public static StateFolder? Find(Settings settings, DatabaseEngine engine) =>
        (settings.StateFolder ?? settings.DataFolder ?? Path.GetDirectoryName(engine.FilePath)) is { } folder ? new StateFolder(folder) : null;

    /// <summary>The folder of the settings.</summary>
    /// <exception cref="SettingsException">The settings name none.</exception>
    public static StateFolder Require(Settings settings, DatabaseEngine engine) => Find(settings, engine) ?? throw new SettingsException(
        "there is no state folder: set Secronna__StateFolder to a folder of this node that outlives its restarts. "
        + "The node remembers the trail's last checkpoints in it");

    /// <summary>Requires that files can be written to the folder. A full disk is no obstacle: it may have room later.</summary>
    /// <exception cref="SettingsException">Files can't be written.</exception>
    public void RequireWritable()
    {
        try
        {
            Checkpoints.Try();
        }
        catch (UnauthorizedAccessException exception)
        {
            throw Unusable(exception);
        }
        catch (IOException exception) when (exception.HResult != CheckpointFolder.DiskFull)
        {
            throw Unusable(exception);
        }
    }

    /// <summary>The last checkpoints of an installation.</summary>
    /// <exception cref="SettingsException">A file is damaged, or can't be read.</exception>
    public IReadOnlyList<Checkpoint> ReadCheckpoints(string installationId)
    {
        try
        {
            return Checkpoints.Read(installationId);
        }
        catch (TrailDamagedException exception)
        {
            throw new SettingsException(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(exception);
        }
    }

    /// <summary>Notes that a restored database is not fit to be served until <see cref="EndRestoring"/>.</summary>
    /// <exception cref="SettingsException">The note can't be written.</exception>
    public void BeginRestoring()
    {
        try
        {
            Directory.CreateDirectory(path);
            File.WriteAllText(mark, "");
            DurableFile.Flush(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(exception);
        }
    }

    /// <summary>Removes the note.</summary>
    public void EndRestoring()
    {
        File.Delete(mark);
        DurableFile.Flush(path);
    }

    private SettingsException Unusable(Exception exception) =>
        new($"the state folder {path} can't be used: {exception.Message}. Secronna__StateFolder names another");
}
