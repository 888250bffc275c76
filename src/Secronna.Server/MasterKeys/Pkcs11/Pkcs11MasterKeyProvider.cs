using Net.Pkcs11Interop.Common;
using Secronna.Crypto;
using Secronna.Server.Configuration;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>
/// Master keys in a PKCS#11 token, such as an HSM, which they never leave: AES-256 keys, each one's label its id. The boxes
/// are those that a key in a file would make (<see cref="TokenWrap"/>).
/// </summary>
/// <remarks>
/// A key is looked for anew by each call, since a handle may outlive it. What goes wrong is tried once more in a new session,
/// logged in anew. The library keeps copies of its own of the PIN and of what it encrypts and decrypts (S26).
/// </remarks>
internal sealed class Pkcs11MasterKeyProvider : IMasterKeyProvider
{
    private static readonly TimeSpan OpenTime = TimeSpan.FromSeconds(30);

    private readonly Pkcs11Module module;
    private readonly Pkcs11Token token;
    private readonly Pkcs11Sessions sessions;

    private Pkcs11MasterKeyProvider(Pkcs11Module module, Pkcs11Token token, string source)
    {
        (this.module, this.token, sessions) = (module, token, new Pkcs11Sessions(module, token));
        Source = source;
    }

    public string Source { get; }

    public TimeSpan LookEvery => TimeSpan.FromSeconds(3);

    /// <exception cref="SettingsException">A setting is missing or wrong: the message says which.</exception>
    /// <exception cref="MasterKeyUnavailableException">The token is in trouble.</exception>
    public static Pkcs11MasterKeyProvider Open(MasterKeySettings settings)
    {
        var library = Required(settings.Library, "Library", "the path of the library that speaks to the token");
        var label = Required(settings.Token, "Token", "the token's label");
        var pinFile = Required(settings.PinFile, "PinFile", "a file that holds the user's PIN");
        var opening = Task.Factory.StartNew(
            () => Open(library, label, pinFile), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (Task.WaitAny([opening], OpenTime) != 0)
        {
            throw new SettingsException($"master key: {library} did not answer in {OpenTime.TotalSeconds:0} seconds");
        }

        return opening.GetAwaiter().GetResult();
    }

    /// <summary>Makes a new random key in the token, which it can't be read from.</summary>
    /// <exception cref="SettingsException">A setting is wrong, the token has such a key, or it refuses to make one.</exception>
    public static string Generate(MasterKeySettings settings, string id)
    {
        using var provider = Open(settings);
        try
        {
            using var session = provider.token.Open(forWriting: true) ?? throw provider.NoToken();
            if (session.FindKeys(id).Count > 0)
            {
                throw new SettingsException($"master key: there is a key with the label {id} in {provider.Source}");
            }

            session.Generate(id);
            return provider.Source;
        }
        catch (Pkcs11Exception exception)
        {
            throw new SettingsException($"master key: {provider.Source}: {Reason(exception)}");
        }
        catch (Pkcs11PinException exception)
        {
            throw new SettingsException($"master key: {exception.Message}");
        }
    }

    public async ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        var ids = await CallAsync(session => session.ListKeyIds(), static _ => { }, cancellation);
        return TwiceIn(ids ?? []) is { } twice ? throw Unavailable($"two keys have the label {twice}: delete or rename one") : ids ?? [];
    }

    public async ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key, CancellationToken cancellation)
    {
        var wrap = TokenWrap.ForWrapping(binding);
        // The call may go on when the caller, whose the key is, has gone.
        var plaintext = PinnedBuffer.Rent(key.Length);
        key.Span.CopyTo(plaintext.Span);
        var box = await CallAsync(
            session => wrap.ToBox(new Pkcs11Cipher(session, KeyOf(session, binding)).Seal(wrap, plaintext)), static _ => { }, cancellation, plaintext);
        return box ?? throw new MasterKeyMissingException(binding.MasterKeyId);
    }

    public async ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key, CancellationToken cancellation)
    {
        var bytes = box.ToArray();
        using var plaintext = await CallAsync(
            session => new Pkcs11Cipher(session, KeyOf(session, binding)).Open(TokenWrap.ForUnwrapping(binding, bytes)),
            static dropped => dropped?.Dispose(), cancellation)
            ?? throw new MasterKeyMissingException(binding.MasterKeyId);
        plaintext.Span.CopyTo(key.Span);
    }

    public void Dispose() => sessions.Dispose();

    private static Pkcs11MasterKeyProvider Open(string library, string label, string pinFile)
    {
        var source = $"token {label} of {library}";
        try
        {
            var module = Pkcs11Module.Enter(library);
            var provider = new Pkcs11MasterKeyProvider(module, new Pkcs11Token(module, label, pinFile), source);
            try
            {
                provider.Check();
                return provider;
            }
            catch
            {
                provider.Dispose();
                throw;
            }
        }
        catch (Pkcs11PinException exception)
        {
            throw new SettingsException($"master key: {exception.Message}");
        }
        catch (Pkcs11Exception exception)
        {
            throw new MasterKeyUnavailableException(source, Reason(exception), exception);
        }
    }

    private void Check()
    {
        var ids = sessions.OnNewSession(static session => session.ListKeyIds()) ?? throw NoToken();
        if (TwiceIn(ids) is { } twice)
        {
            throw new SettingsException($"master key: {Source}: two keys have the label {twice}: delete or rename one");
        }
    }

    // Null if there is no such token now: a library that sees none says that its keys are gone.
    private async Task<T?> CallAsync<T>(
        Func<Pkcs11Session, T> call, Action<T?> drop, CancellationToken cancellation, IDisposable? used = null)
        where T : class
    {
        try
        {
            return await sessions.CallAsync(call, used, drop, cancellation);
        }
        catch (Pkcs11Exception exception)
        {
            throw Unavailable(Reason(exception), exception);
        }
        catch (Exception exception) when (exception is Pkcs11PinException or SettingsException)
        {
            throw Unavailable(exception.Message, exception);
        }
    }

    private ulong KeyOf(Pkcs11Session session, MasterKeyBinding binding) => session.FindKeys(binding.MasterKeyId) switch
    {
        [] => throw new MasterKeyMissingException(binding.MasterKeyId),
        [var key] => key,
        _ => throw Unavailable($"two keys have the label {binding.MasterKeyId}: delete or rename one"),
    };

    private SettingsException NoToken()
    {
        var labels = module.Slots().Select(slot => slot.Label).Where(label => label.Length > 0);
        return new($"master key: there is no {Source}; its tokens: {(string.Join(", ", labels) is { Length: > 0 } list ? list : "none")}: set Secronna__MasterKey__Token to one");
    }

    private MasterKeyUnavailableException Unavailable(string reason, Exception? inner = null) => new(Source, reason, inner);

    private static string Reason(Pkcs11Exception exception) => $"{exception.Method} answers {exception.RV}";

    private static string? TwiceIn(List<string> sorted) => sorted.Where((id, i) => i > 0 && id == sorted[i - 1]).FirstOrDefault();

    private static string Required(string? value, string name, string meaning) => value
        ?? throw new SettingsException($"master key: Secronna__MasterKey__{name} is not set: name {meaning}");
}
