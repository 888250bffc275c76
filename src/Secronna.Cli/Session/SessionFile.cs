using System.Text.Json;
using Secronna.Cli.Errors;
using Secronna.Cli.Files;

namespace Secronna.Cli.Session;

/// <summary>
/// The file of the saved session: <c>~/.secronna/session.json</c> with mode 0600, in a folder with mode 0700. A write replaces
/// the whole file, so that a reader never finds half of a session.
/// </summary>
internal sealed class SessionFile(string folder)
{
    private readonly SessionFolder sessionFolder = new(folder);

    public static SessionFile OfUser => new(System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".secronna"));

    public string Path { get; } = System.IO.Path.Combine(folder, "session.json");

    /// <summary>Reads the session; <c>null</c> where none is saved.</summary>
    /// <exception cref="CliException">The file is damaged, or other users can read it or write to its folder.</exception>
    public SavedSession? Read()
    {
        if (!File.Exists(Path))
        {
            return null;
        }

        sessionFolder.RequireNoOtherWriters();
        RequireNoOtherReaders();
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path), SessionJson.Default.SavedSession);
        }
        catch (JsonException)
        {
            throw new CliException($"{Path} is damaged: sign in again with `secronna auth login`, or remove the file");
        }
    }

    /// <summary>
    /// Waits until no other process holds the session's lock, and takes the lock. Other processes wait until the lock is disposed
    /// of.
    /// </summary>
    /// <param name="time">The clock of the wait.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CliException">Another process has held the lock for too long.</exception>
    public Task<IDisposable> LockAsync(TimeProvider time, CancellationToken cancellation) => sessionFolder.LockAsync(time, cancellation);

    /// <summary>Replaces the session. The caller must hold the lock.</summary>
    public void Write(SavedSession session)
    {
        sessionFolder.Create();
        sessionFolder.DeleteLeftovers(Path);
        PrivateFile.Replace(Path, JsonSerializer.SerializeToUtf8Bytes(session, SessionJson.Default.SavedSession));
    }

    /// <summary>Deletes the session. The caller must hold the lock.</summary>
    /// <returns>Whether there was a session.</returns>
    public bool Delete()
    {
        var existed = File.Exists(Path);
        File.Delete(Path);
        sessionFolder.DeleteLeftovers(Path);
        return existed;
    }

    private void RequireNoOtherReaders()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Path) & ~PrivateFile.Mode) != 0)
        {
            throw new CliException($"other users can read {Path}: run chmod 600 on it, and replace the credential if somebody may have read it");
        }
    }
}
