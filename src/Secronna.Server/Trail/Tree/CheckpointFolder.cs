using System.Security.Cryptography;
using System.Text;
using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;

namespace Secronna.Server.Trail.Tree;

/// <summary>
/// The files in which a node keeps the last checkpoint that it knows of each trail: one signed note a file, in a folder for each
/// installation. They lie outside the database, so that they show when the database has lost something.
/// </summary>
/// <param name="root">The node's state folder.</param>
internal sealed class CheckpointFolder(string root)
{
    /// <summary>The code of the exception by which a full disk shows.</summary>
    public const int DiskFull = 28;

    private const string FolderName = "checkpoints";
    private const string Extension = ".note";
    private const int NameBytes = 16;
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string all = Path.Combine(root, FolderName);

    /// <summary>Whether the folder has checkpoints of any installation.</summary>
    public bool HasAny => Directory.Exists(all) && Directory.EnumerateFiles(all, "*" + Extension, SearchOption.AllDirectories).Any();

    /// <summary>Tries to make a file in the folder.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It can't be made.</exception>
    public void Try()
    {
        CreateFolder(all);
        var file = Path.Combine(all, "unfinished");
        File.WriteAllText(file, "");
        File.Delete(file);
    }

    /// <summary>Reads the checkpoints of an installation.</summary>
    /// <exception cref="TrailDamagedException">A file is damaged.</exception>
    public IReadOnlyList<Checkpoint> Read(string installationId)
    {
        var folder = FolderOf(installationId);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*" + Extension).Select(file => Read(file, installationId))]
            : [];
    }

    /// <summary>Replaces the checkpoint of a trail, and returns when the new one is on the disk.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be written.</exception>
    /// <exception cref="StorageUnavailableException">The disk did not confirm the write.</exception>
    public void Write(Origin origin, string note)
    {
        var folder = FolderOf(origin.Installation);
        CreateFolder(folder);
        var file = Path.Combine(folder, NameOf(origin));
        var unfinished = $"{file}.unfinished-{Environment.ProcessId}";
        using (var stream = new FileStream(unfinished, NewFile()))
        {
            stream.Write(Encoding.UTF8.GetBytes(note));
        }

        DurableFile.Flush(unfinished);
        File.Move(unfinished, file, overwrite: true);
        DurableFile.Flush(folder);
    }

    private static Checkpoint Read(string file, string installationId) =>
        CheckpointNote.TryRead(File.ReadAllBytes(file), out var checkpoint) && checkpoint.Origin.Installation == installationId
            && NameOf(checkpoint.Origin) == Path.GetFileName(file)
            ? checkpoint
            : throw new TrailDamagedException(
                $"{file} is not the checkpoint that this node wrote there, so the database can't be compared with it: run secronna-server backup "
                + "verify, and remove the file when you know that the database is the right one");

    private string FolderOf(string installationId) => Path.Combine(all, Uri.EscapeDataString(installationId));

    // A workspace's id may be longer than a file's name, and its characters may mean something in a path. The note says what it is.
    private static string NameOf(Origin origin) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin.Workspace ?? "")).AsSpan(0, NameBytes)) + Extension;

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerFolder);
        }
    }

    private static FileStreamOptions NewFile()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        return options;
    }
}
