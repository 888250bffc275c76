using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Secronna.Cli.Errors;
using Secronna.Cli.Files;

namespace Secronna.Cli.Trail;

/// <summary>
/// The file in which a verifier remembers the logs of one server. A write replaces the whole file, so that a verifier that is
/// stopped begins again at the checkpoint before.
/// </summary>
/// <param name="folder">The folder. It is created if it doesn't exist.</param>
/// <param name="server">The server's origin; of logs in folders, the installation's name.</param>
internal sealed class TrailStateFile(string folder, string server)
{
    private const int NameBytes = 8;

    // Another verifier may have a whole log to read.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly PrivateFolder privateFolder = Folder(folder);

    /// <summary>The server's origin; of logs in folders, the installation's name.</summary>
    public string Server => server;

    /// <summary>The file. Its name is a hash of the server's origin, which may have characters that a file's name can't have.</summary>
    public string Path { get; } = System.IO.Path.Combine(
        folder, $"trail-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(server)).AsSpan(0, NameBytes))}.json");

    /// <summary>The states in a folder. The caller must hold the lock.</summary>
    /// <exception cref="CliException">A file is damaged.</exception>
    public static IEnumerable<TrailStateFile> AllIn(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "trail-*.json"))
        {
            var file = new TrailStateFile(folder, Parse(path)?.Server ?? throw DamagedAt(path));
            yield return System.IO.Path.GetFileName(file.Path) == System.IO.Path.GetFileName(path) ? file : throw DamagedAt(path);
        }
    }

    /// <summary>Waits until no other process verifies with a folder, which is created if it doesn't exist. Others wait until the result is disposed of.</summary>
    /// <exception cref="CliException">Another process has held the lock for an hour, or other users can write to the folder.</exception>
    public static Task<IDisposable> LockAsync(string folder, TimeProvider time, CancellationToken cancellation) =>
        Folder(folder).LockAsync(time, cancellation);

    /// <summary>Reads the state; <c>null</c> where nothing of this server was verified yet. The caller must hold the lock.</summary>
    /// <exception cref="CliException">
    /// The file is damaged. It is never replaced silently, because whoever could damage it would choose the key anew.
    /// </exception>
    public TrailState? Read()
    {
        privateFolder.DeleteLeftovers(Path);
        if (!File.Exists(Path))
        {
            return null;
        }

        return Parse(Path) is { } state && state.Server == server ? state : throw Damaged();
    }

    /// <summary>Replaces the state. The caller must hold the lock, and has verified everything up to the new checkpoint.</summary>
    public void Write(TrailState state) =>
        PrivateFile.Replace(Path, JsonSerializer.SerializeToUtf8Bytes(state, TrailStateJson.Default.TrailState));

    /// <summary>The error of a file that can't be read as a state.</summary>
    public CliException Damaged() => DamagedAt(Path);

    private static PrivateFolder Folder(string folder) => new(folder, "trail.lock", LongestWait);

    private static TrailState? Parse(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), TrailStateJson.Default.TrailState);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static CliException DamagedAt(string path) =>
        new($"{path} is damaged: restore it, or remove it to pin the key anew and verify from the first entry on", "IO_ERROR");
}
