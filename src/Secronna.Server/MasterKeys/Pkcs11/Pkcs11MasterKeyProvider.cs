using Net.Pkcs11Interop.Common;
using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>
/// Master keys in a PKCS#11 token, such as an HSM, which they never leave. Each AES-256 key in the token is a master key, and its
/// label is its id. The boxes have the same format as boxes that a key from a file makes (<see cref="TokenWrap"/>).
/// </summary>
/// <remarks>
/// Each call searches for its key, because a handle may outlive the key it stands for. A call that fails in an old session is
/// tried once more in a new one. The library keeps copies of the PIN and of the plaintexts, which can't be zeroed here (S26).
/// </remarks>
internal sealed class Pkcs11MasterKeyProvider : IMasterKeyProvider
{
    private readonly Pkcs11Module module;
    private readonly Pkcs11Token token;
    private readonly Pkcs11SessionPool sessions;

    /// <summary>Creates the provider. It releases the module when it is disposed.</summary>
    public Pkcs11MasterKeyProvider(Pkcs11Module module, Pkcs11Token token, string source)
    {
        (this.module, this.token, sessions) = (module, token, new Pkcs11SessionPool(module, token));
        Source = source;
    }

    public string Source { get; }

    public TimeSpan RefreshInterval => TimeSpan.FromSeconds(3);

    /// <summary>Checks that the token is there, accepts the PIN and has no two keys with one label.</summary>
    /// <exception cref="SettingsException">There is no such token, or two keys share a label.</exception>
    /// <exception cref="Pkcs11PinException">The PIN is refused.</exception>
    /// <exception cref="Pkcs11Exception">The token or the library does not work.</exception>
    public void Check()
    {
        var ids = sessions.CallInNewSession(static session => session.ListKeyIds()) ?? throw NoToken();
        if (FirstDuplicate(ids) is { } id)
        {
            throw new SettingsException($"master key: {Source}: {SharedLabel(id)}");
        }
    }

    /// <summary>Creates a key in the token.</summary>
    /// <exception cref="SettingsException">There is no such token, or it already has a key with this id.</exception>
    /// <exception cref="Pkcs11PinException">The PIN is refused.</exception>
    /// <exception cref="Pkcs11Exception">The token refuses to create the key, or does not work.</exception>
    public void Generate(string id)
    {
        using var session = token.Open(forWriting: true) ?? throw NoToken();
        if (session.FindKeys(id).Count > 0)
        {
            throw new SettingsException($"master key: there is already a key with the label {id} in {Source}");
        }

        session.Generate(id);
    }

    public async ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        var ids = await CallAsync(session => session.ListKeyIds(), static _ => { }, cancellation) ?? [];
        return FirstDuplicate(ids) is { } id ? throw Unavailable(SharedLabel(id)) : ids;
    }

    public async ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key, CancellationToken cancellation)
    {
        var wrap = TokenWrap.ForWrapping(binding);
        // The call may still run when the caller has stopped waiting and zeroed the key, so it gets a copy.
        var plaintext = PinnedBuffer.Rent(key.Length);
        key.Span.CopyTo(plaintext.Span);
        var box = await CallAsync(
            session => wrap.ToBox(new Pkcs11Cipher(session, FindKey(session, binding)).Seal(wrap, plaintext)),
            static _ => { }, cancellation, plaintext);
        return box ?? throw new MasterKeyMissingException(binding.MasterKeyId);
    }

    public async ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key, CancellationToken cancellation)
    {
        var bytes = box.ToArray();
        using var plaintext = await CallAsync(
            session => new Pkcs11Cipher(session, FindKey(session, binding)).Open(TokenWrap.ForUnwrapping(binding, bytes)),
            static discarded => discarded?.Dispose(), cancellation)
            ?? throw new MasterKeyMissingException(binding.MasterKeyId);
        plaintext.Span.CopyTo(key.Span);
    }

    public void Dispose() => sessions.Dispose();

    // Returns null if the library sees no such token now, which means that its keys are gone.
    private async Task<T?> CallAsync<T>(
        Func<Pkcs11Session, T> call, Action<T?> discard, CancellationToken cancellation, IDisposable? used = null)
        where T : class
    {
        try
        {
            return await sessions.CallAsync(call, used, discard, cancellation);
        }
        catch (Pkcs11Exception exception)
        {
            throw Unavailable(Pkcs11Module.Reason(exception), exception);
        }
        catch (Exception exception) when (exception is Pkcs11PinException or SettingsException)
        {
            throw Unavailable(exception.Message, exception);
        }
    }

    private ulong FindKey(Pkcs11Session session, MasterKeyBinding binding) => session.FindKeys(binding.MasterKeyId) switch
    {
        [] => throw new MasterKeyMissingException(binding.MasterKeyId),
        [var key] => key,
        _ => throw Unavailable(SharedLabel(binding.MasterKeyId)),
    };

    private SettingsException NoToken()
    {
        var labels = string.Join(", ", module.Slots().Select(slot => slot.Label).Where(label => label.Length > 0));
        return new($"master key: there is no {Source}; the library has these tokens: {(labels.Length > 0 ? labels : "none")}: set Secronna__MasterKey__Token to one");
    }

    private MasterKeyUnavailableException Unavailable(string reason, Exception? inner = null) => new(Source, reason, inner);

    private static string SharedLabel(string label) => $"two keys have the label {label}: delete or rename one";

    private static string? FirstDuplicate(List<string> sorted) => sorted.Where((id, i) => i > 0 && id == sorted[i - 1]).FirstOrDefault();
}
