//! The spectrum of the roughness as a table.

use rsom_formats::table::{self, Column, Table, TableError};
use rsom_measures::{Row, schema};

use crate::cli::table::{
    Keys, WAVELENGTH_HIGH_UM, WAVELENGTH_LOW_COLUMNS, WAVELENGTH_LOW_UM, push_factors,
};
use crate::roughness::{BANDS, Spectra};
use crate::surface::surfaces_of_columns;
use crate::thickness::both_units;
use crate::{Pair, Status, Surface};

/// Root mean square height by wavelength, one row per mask, surface, octave and unit, as a table of measurements with three more
/// columns: `wavelength_low_columns`, `wavelength_low_um`, `wavelength_high_um`.
///
/// An octave ends at twice the wavelength where it begins; the last one has no end. Metrics are `spectrum_rms_vox`, `spectrum_rms_um` and
/// `reference_…`.
pub fn table(pair: &Pair<'_>, keys: &Keys<'_>) -> Result<Table, TableError> {
    let region = pair.whole();
    let [reference, prediction] = pair.columns(&region);
    let masks = [
        (
            [schema::SPECTRUM_RMS_VOX, schema::SPECTRUM_RMS_UM],
            prediction,
            region.prediction_status(),
        ),
        (
            [
                schema::REFERENCE_SPECTRUM_RMS_VOX,
                schema::REFERENCE_SPECTRUM_RMS_UM,
            ],
            reference,
            region.reference_status(),
        ),
    ];
    let um_per_voxel = pair.spacing_mm().map(|mm| mm[2] * 1000.0);
    let (mut rows, mut bands): (Vec<Row<'_>>, Vec<_>) = (Vec::new(), Vec::new());
    for (metrics, columns, status) in masks {
        let spectra = Spectra::of(&surfaces_of_columns(&columns));
        for surface in [Surface::Upper, Surface::Lower, Surface::Both] {
            let found = spectra.spectrum(surface, None);
            let found = found.filter(|_| status == Status::Ok);
            for (place, band) in BANDS.into_iter().enumerate() {
                let rms = found.and_then(|spectrum| spectrum.rms_vox()[place]);
                for row in both_units(metrics, rms, um_per_voxel, status) {
                    rows.push(keys.row(row.on_surface(surface)));
                    bands.push(band);
                }
            }
        }
    }
    let x_mm = pair.spacing_mm().map(|mm| mm[0]);
    let mut table = table::long(&rows)?;
    let low = bands.iter().map(|band| Some(band.shortest as i64));
    table.push(Column::integer(WAVELENGTH_LOW_COLUMNS, low))?;
    let low = bands.iter().map(|band| Some(band.wavelengths_um(x_mm?).0));
    table.push(Column::number(WAVELENGTH_LOW_UM, low))?;
    let high = bands.iter().map(|band| band.wavelengths_um(x_mm?).1);
    table.push(Column::number(WAVELENGTH_HIGH_UM, high))?;
    push_factors(&mut table, keys)?;
    Ok(table)
}
