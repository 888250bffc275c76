using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Secronna.Crypto;
using Secronna.Server.Configuration;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>The token takes no PIN from us, or not this one. It is never tried again: a few wrong ones lock a token.</summary>
internal sealed class Pkcs11PinException(string reason) : Exception(reason);

/// <summary>A token by its label, and how to log in at it.</summary>
internal sealed class Pkcs11Token(Pkcs11Module module, string label, string pinFile)
{
    private readonly Lock gate = new();
    private string? refusal;

    /// <summary>Opens a session and logs in.</summary>
    /// <returns>Null if there is no token with this label now.</returns>
    /// <exception cref="Pkcs11PinException">The PIN is refused, now or before.</exception>
    /// <exception cref="Pkcs11Exception">The token or the library is in trouble.</exception>
    /// <exception cref="SettingsException">The PIN's file can't be read, or two tokens have the label.</exception>
    public Pkcs11Session? Open(bool forWriting = false)
    {
        var slots = module.Slots().FindAll(slot => slot.Label == label);
        return slots.Count switch
        {
            0 => null,
            1 => Open(slots[0], forWriting),
            _ => throw new SettingsException($"master key: {slots.Count} tokens have the label {label}: let Secronna__MasterKey__Token name one"),
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
            // One after the other: of two sessions with a wrong PIN only the first may try it.
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
        refusal ??= RefusalOf(slot);
        if (refusal is not null)
        {
            throw new Pkcs11PinException(refusal);
        }

        var answer = LogIn(session);
        if (answer is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_LOCKED
            or CKR.CKR_PIN_EXPIRED or CKR.CKR_USER_PIN_NOT_INITIALIZED)
        {
            refusal = $"the token {label} refuses the PIN in {pinFile} ({answer}), which is not tried again: set Secronna__MasterKey__PinFile to the right one";
            throw new Pkcs11PinException(refusal);
        }

        // All sessions of a process at a token are logged in together.
        if (answer != CKR.CKR_USER_ALREADY_LOGGED_IN)
        {
            Pkcs11Module.Require(answer, nameof(session.Native.C_Login));
        }
    }

    // Read anew for each login, so that it is in no memory between them.
    private CKR LogIn(Pkcs11Session session)
    {
        using var pin = PrivateFile.Read(pinFile);
        pin.Truncate(pin.Span.TrimEnd("\r\n"u8).Length);
        return MemoryMarshal.TryGetArray<byte>(pin.Memory, out var bytes)
            ? session.Native.C_Login(session.Handle, CKU.CKU_USER, bytes.Array, (ulong)pin.Length)
            : throw new InvalidOperationException("A pinned buffer has an array.");
    }

    // A service that is started again and again must not use up the last try.
    private string? RefusalOf(Pkcs11Slot slot) => (slot.Flags & (CKF.CKF_USER_PIN_LOCKED | CKF.CKF_USER_PIN_FINAL_TRY)) switch
    {
        0 => null,
        CKF.CKF_USER_PIN_FINAL_TRY => $"the token {label} has one try of the PIN left, which is not used up here: log in at it once with its own tools",
        _ => $"the token {label} has locked its PIN: unlock it with its own tools",
    };
}
