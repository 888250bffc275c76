using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>
/// The token refuses the PIN, or a try would be its last. The PIN is not tried again, because a few wrong tries lock a token.
/// </summary>
internal sealed class Pkcs11PinException(string reason) : Exception(reason);

/// <summary>A token, known by its label, and the PIN to log in with.</summary>
internal sealed class Pkcs11Token(Pkcs11Module module, string label, string pinFile)
{
    private readonly Lock gate = new();
    private string? refusal;

    /// <summary>Opens a session and logs in.</summary>
    /// <returns>The session, or null if there is no token with this label now.</returns>
    /// <exception cref="Pkcs11PinException">The PIN is refused, or was refused before.</exception>
    /// <exception cref="Pkcs11Exception">The token or the library does not work.</exception>
    /// <exception cref="SettingsException">The PIN file can't be read, or two tokens have the label.</exception>
    public Pkcs11Session? Open(bool forWriting = false)
    {
        var slots = module.Slots().FindAll(slot => slot.Label == label);
        return slots.Count switch
        {
            0 => null,
            1 => Open(slots[0], forWriting),
            _ => throw new SettingsException(
                $"master key: {slots.Count} tokens have the label {label}: set Secronna__MasterKey__Token to the label of one token"),
        };
    }

    private Pkcs11Session Open(Pkcs11Slot slot, bool forWriting)
    {
        var flags = CKF.CKF_SERIAL_SESSION | (forWriting ? CKF.CKF_RW_SESSION : 0);
        var handle = 0UL;
        Pkcs11Module.Require(
            module.Native.C_OpenSession(slot.Id, flags, IntPtr.Zero, IntPtr.Zero, ref handle), nameof(module.Native.C_OpenSession));
        var session = new Pkcs11Session(module, handle);
        try
        {
            // Logins run one at a time, so that only one of them tries a wrong PIN.
            lock (gate)
            {
                LogIn(session, slot);
            }

            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private void LogIn(Pkcs11Session session, Pkcs11Slot slot)
    {
        refusal ??= ReasonNotToTry(slot);
        if (refusal is not null)
        {
            throw new Pkcs11PinException(refusal);
        }

        var answer = LogIn(session);
        if (answer is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_LOCKED
            or CKR.CKR_PIN_EXPIRED or CKR.CKR_USER_PIN_NOT_INITIALIZED)
        {
            refusal = $"the token {label} refuses the PIN in {pinFile} ({answer}), and it is not tried again: "
                + "set Secronna__MasterKey__PinFile to a file with the right PIN, and restart";
            throw new Pkcs11PinException(refusal);
        }

        // All sessions of a process at one token share a login.
        if (answer != CKR.CKR_USER_ALREADY_LOGGED_IN)
        {
            Pkcs11Module.Require(answer, nameof(session.Native.C_Login));
        }
    }

    // The PIN is read again for each login, so that it is not in memory between logins.
    private CKR LogIn(Pkcs11Session session)
    {
        using var pin = PrivateFile.Read(pinFile);
        pin.Truncate(pin.Span.TrimEnd("\r\n"u8).Length);
        return MemoryMarshal.TryGetArray<byte>(pin.Memory, out var bytes)
            ? session.Native.C_Login(session.Handle, CKU.CKU_USER, bytes.Array, (ulong)pin.Length)
            : throw new InvalidOperationException("A pinned buffer has an array.");
    }

    // A service that is restarted again and again with a wrong PIN must not use up the last try.
    private string? ReasonNotToTry(Pkcs11Slot slot) => (slot.Flags & (CKF.CKF_USER_PIN_LOCKED | CKF.CKF_USER_PIN_FINAL_TRY)) switch
    {
        0 => null,
        CKF.CKF_USER_PIN_FINAL_TRY =>
            $"the token {label} has one try of the PIN left, which is kept for you: log in once with the token's own tools",
        _ => $"the token {label} has locked its PIN: unlock it with the token's own tools",
    };
}
