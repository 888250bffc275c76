using System.Text.Json;

namespace Secronna.Cli.Session;

/// <summary>
/// Where the session is kept: <c>~/.secronna/session.json</c>, 0600 in a folder 0700. It is replaced as a whole, so that
/// who reads it never finds half of it.
/// </summary>
internal sealed class SessionFile(string folder)
{
    // More than a provider may take to answer.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    public static SessionFile OfUser => new(System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".secronna"));

    public string Path => System.IO.Path.Combine(folder, "session.json");

    /// <summary>The session; null where there is none.</summary>
    /// <exception cref="CliException">The file is not one, or others can read it.</exception>
    public SavedSession? Read()
    {
        if (!File.Exists(Path))
        {
            return null;
        }

        RequireOwnFolder();

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Path) & ~PrivateFile.Mode) != 0)
        {
            throw new CliException($"others can read {Path}: run chmod 600 on it, and change the credential if they may have");
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path), SessionJson.Default.SavedSession);
        }
        catch (JsonException)
        {
            throw new CliException($"{Path} is damaged: sign in again with `secronna auth login`, or remove it");
        }
    }

    /// <summary>Waits until no other process reads and replaces the session, and keeps others waiting until it is disposed of.</summary>
    /// <param name="time">The clock of the wait.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CliException">Another process keeps it for too long.</exception>
    public async Task<IDisposable> TakeTurnAsync(TimeProvider time, CancellationToken cancellation)
    {
        CreateFolder();
        var end = time.GetUtcNow() + LongestTurn;
        while (true)
        {
            try
            {
                // The system takes the lock back from a process that ends, however it ends. Its file stays: who waits has it open.
                return new FileStream(LockPath, PrivateFile.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite));
            }
            catch (IOException) when (File.Exists(LockPath))
            {
                if (time.GetUtcNow() > end)
                {
                    throw new CliException($"another process keeps {LockPath} locked: end it, and try again");
                }

                await Task.Delay(BetweenTries, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Puts a session in the place of what is there; who does so has the turn.</summary>
    public void Write(SavedSession session)
    {
        CreateFolder();
        DeleteLeftovers();
        PrivateFile.Replace(Path, JsonSerializer.SerializeToUtf8Bytes(session, SessionJson.Default.SavedSession));
    }

    /// <summary>Whether there was one.</summary>
    public bool Delete()
    {
        var existed = File.Exists(Path);
        File.Delete(Path);
        DeleteLeftovers();
        return existed;
    }

    private string LockPath => System.IO.Path.Combine(folder, "session.lock");

    // Who can put files there can put a session of their own there.
    private void RequireOwnFolder()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
        {
            throw new CliException($"others can write to {folder}: run chmod 700 on it, and sign in again");
        }
    }

    // A write that was killed leaves one.
    private void DeleteLeftovers()
    {
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, System.IO.Path.GetFileName(Path) + ".*") : [])
        {
            File.Delete(file);
        }
    }

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, PrivateFile.Mode | UnixFileMode.UserExecute);
            RequireOwnFolder();
        }
    }
}
