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
    // Longer than an identity provider may take to answer.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private readonly PrivateFolder sessionFolder = new(folder, "session.lock", LongestWait);

    /// <summary>The folder in which this program keeps what it knows of the user.</summary>
    public static string FolderOfUser => System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".secronna");

    public static SessionFile OfUser => new(FolderOfUser);

    public string Path { get; } = System.IO.Path.Combine(folder, "session.json");

    /// <summary>Reads the session; <c>null</c> where none is saved.</summary>
    /// <exception cref="CliException">The file is damaged, or other users can read it or write to its folder.</exception>
    public SavedSession? Read() => ReadFile() is { } session and not { ApiKey: null, SignIn: null } ? session : null;

    /// <summary>
    /// How the person signed in to each server, by its origin. A file that can't be read, or that others can read, says nothing
    /// about it: the person is asked again.
    /// </summary>
    public IReadOnlyDictionary<string, PinnedProvider> ReadPins()
    {
        try
        {
            return ReadFile()?.Pins ?? new Dictionary<string, PinnedProvider>();
        }
        catch (CliException)
        {
            return new Dictionary<string, PinnedProvider>();
        }
    }

    private SavedSession? ReadFile()
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

    /// <summary>
    /// Replaces the session, and keeps how the person signed in to other servers. The caller must hold the lock.
    /// </summary>
    public void Write(SavedSession session)
    {
        sessionFolder.Create();
        sessionFolder.DeleteLeftovers(Path);
        var pins = new Dictionary<string, PinnedProvider>(ReadPins());
        foreach (var (server, pin) in session.Pins ?? new Dictionary<string, PinnedProvider>())
        {
            pins[server] = pin;
        }

        PrivateFile.Replace(Path, JsonSerializer.SerializeToUtf8Bytes(
            session with { Pins = pins.Count == 0 ? null : pins }, SessionJson.Default.SavedSession));
    }

    /// <summary>
    /// Deletes the session, and keeps how the person signed in to servers, where they did. The caller must hold the lock.
    /// </summary>
    /// <returns>Whether there was a session.</returns>
    public bool Delete()
    {
        var existed = File.Exists(Path) && HasCredential();
        var pins = ReadPins();
        File.Delete(Path);
        sessionFolder.DeleteLeftovers(Path);
        if (pins.Count > 0)
        {
            Write(new SavedSession("", null, null) { Pins = pins });
        }

        return existed;
    }

    private bool HasCredential()
    {
        try
        {
            return Read() is not null;
        }
        catch (CliException)
        {
            return true;
        }
    }

    private void RequireNoOtherReaders()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Path) & ~PrivateFile.Mode) != 0)
        {
            throw new CliException($"other users can read {Path}: run chmod 600 on it, and replace the credential if somebody may have read it");
        }
    }
}
